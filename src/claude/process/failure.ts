/** Turns the end of a CLI process into an error for the client. Pure. */
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import type { ProcessEnd } from './process.js';

/** Error codes of the system when it is out of files, processes or memory; the program itself is not at fault. */
const OUT_OF_RESOURCES = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);

function startError(cause: NodeJS.ErrnoException): ChatError {
  const failed = `The Claude CLI cannot be started: ${cause.message}.`;
  return OUT_OF_RESOURCES.has(cause.code ?? '')
    ? new ChatError('overloaded', `${failed} Close some programs, then try again.`, { cause })
    : new ChatError('cliMissing', `${failed} Check "claudeOllama.claudePath".`, { cause });
}

/** What a CLI prints that does not support one of the options of its command line. */
const UNKNOWN_OPTION = /^error: unknown option '(.*)'$/m;

/** The error for a process that could not be started or that exited before its turn was complete. */
export function endError(end: ProcessEnd): ChatError {
  if (end.cause !== undefined && end.code === null && end.signal === null) return startError(end.cause);
  const unknown = UNKNOWN_OPTION.exec(end.stderr)?.[1];
  if (unknown !== undefined) {
    // Without that option the CLI might obey the settings of the folder, so there is no fallback.
    return new ChatError(
      'cliTooOld',
      `The Claude CLI does not support the required option ${printable(unknown)}. Run "claude update".`,
    );
  }
  const how = end.signal === null ? `exited with code ${end.code}` : `was terminated by ${end.signal}`;
  const reason = end.cause?.message ?? end.stderr.trim().split('\n').at(-1) ?? '';
  const detail = reason === '' ? '' : `: ${printable(reason)}`;
  return new ChatError(
    'cliFailed',
    `The Claude CLI ${how} before the answer was complete${detail}. Try again.`,
  );
}
