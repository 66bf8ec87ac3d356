export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Writes lines to the log. Prompts and answers are written only at `trace`; secrets never. */
export type Logger = { readonly [Level in LogLevel]: (line: string) => void };

/**
 * A logger that passes every line to one function. The function may change the line, filter it or forward it to another
 * logger: `createLogger((level, line) => log[level](line))`.
 */
export function createLogger(write: (level: LogLevel, line: string) => void): Logger {
  return {
    trace: (line) => write('trace', line),
    debug: (line) => write('debug', line),
    info: (line) => write('info', line),
    warn: (line) => write('warn', line),
    error: (line) => write('error', line),
  };
}

export const silentLogger: Logger = createLogger(() => undefined);

/** Control characters, line separators and characters that change the direction of text (Unicode bidi controls). */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes text from outside safe for one line of the log: escapes control and bidi characters and bounds the length.
 * @param limit in UTF-16 code units; longer text is cut and ends with `…`
 */
export function printable(text: string, limit = 300): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
