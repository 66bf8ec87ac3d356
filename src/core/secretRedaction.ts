/** Keeps secrets out of the log, whatever line they stand in. Pure. */
import type { Logger } from './log.js';

const HIDDEN = '[redacted]';

/**
 * What is a secret by its looks, or by what stands before it. Each keeps its first group. None asks for the beginning of a
 * word: in a line of the log that may be the end of an escape.
 */
const SECRETS: readonly RegExp[] = [
  /()sk-ant-[\w-]+/g,
  /((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic)\s+)?)[^\s"',;\\]+/gi,
  /(x-api-key["']?\s*[:=]\s*["']?)[^\s"',;\\]+/gi,
  /((?:set-)?cookie["']?\s*:\s*["']?)[^"'\\]+/gi,
  /(bearer\s+)[\w.~+/=-]{16,}/gi,
  // The token in a path that stands alone or behind a host.
  /((?:^|[\s"'(=]|\/\/[^\s/]{1,255})\/t\/)[^/?\s"'\\]+/g,
];
/** Shorter ones would blacken every other word. */
const SHORTEST_SECRET = 4;

/**
 * The text with its secrets blackened: headers that carry them, keys of Anthropic's API, and those given.
 * @param secrets as they are; empty and very short ones count for nothing
 */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET) safe = safe.replaceAll(secret, HIDDEN);
  }
  for (const pattern of SECRETS) safe = safe.replace(pattern, `$1${HIDDEN}`);
  return safe;
}

/**
 * A log that blackens secrets in every line.
 * @param secrets those of the moment
 */
export function redactingLogger(log: Logger, secrets: () => readonly string[]): Logger {
  const clean = (line: string): string => redactSecrets(line, secrets());
  return {
    trace: (line) => log.trace(clean(line)),
    debug: (line) => log.debug(clean(line)),
    info: (line) => log.info(clean(line)),
    warn: (line) => log.warn(clean(line)),
    error: (line) => log.error(clean(line)),
  };
}
