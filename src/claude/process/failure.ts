/** What the CLI's failures mean. Pure. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import type { CliMessageOf, ResultMessage } from './incoming.js';
import type { ProcessEnd } from './process.js';

/** A retry that would come later than this is the client's to make, not ours to sleep through. */
const LONGEST_RETRY_MS = 5000;

const SIGN_IN = 'Run "claude auth login" in a terminal, then try again.';

const KIND_OF_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: 'badRequest',
  401: 'notSignedIn',
  403: 'notSignedIn',
  404: 'unknownModel',
  408: 'timeout',
  413: 'tooLarge',
  429: 'rateLimited',
  500: 'overloaded',
  502: 'overloaded',
  503: 'overloaded',
  504: 'overloaded',
  529: 'overloaded',
};

/**
 * The error that a failed turn ends with.
 * @param resetsAt when the plan's limit ends, seconds since 1970, where the CLI said so
 * @param now milliseconds since 1970
 */
export function resultError(result: ResultMessage, resetsAt: number | undefined, now: number): ChatError {
  const kind = kindOfResult(result);
  const said = result.errors?.join('; ') || result.result || result.api_error || result.subtype;
  const wait = resetsAt === undefined ? undefined : Math.max(1, Math.ceil(resetsAt - now / 1000));
  if (kind === 'notSignedIn') return new ChatError(kind, `Claude is not signed in: ${said} ${SIGN_IN}`);
  if (kind === 'rateLimited' && wait !== undefined) {
    return new ChatError(kind, said, { retryAfterSeconds: wait });
  }
  return new ChatError(kind, said);
}

function kindOfResult(result: ResultMessage): ErrorKind {
  if (result.terminal_reason === 'prompt_too_long' || result.terminal_reason === 'blocking_limit') {
    return 'contextTooLong';
  }
  if (result.terminal_reason === 'image_error') return 'tooLarge';
  if (result.stop_reason === 'refusal') return 'badRequest';
  if (result.api_error === 'connection_failed') return 'unreachable';
  if (result.api_error_status) return KIND_OF_STATUS[result.api_error_status] ?? 'cliFailed';
  // The one failure that has no field of its own: the CLI found no credentials and made no request.
  if (result.terminal_reason === 'api_error' && /\bnot logged in\b|\/login\b/i.test(result.result ?? '')) {
    return 'notSignedIn';
  }
  if (/timed? ?out/i.test(result.result ?? '')) return 'timeout';
  return 'cliFailed';
}

/** The first refusal may be of an expired sign-in, which the CLI renews by itself. */
const REFUSALS_OF_SIGN_IN = 2;
/** Waits longer than this in all are more than the CLI makes by itself, unless it was told to. */
const LONGEST_TROUBLE_MS = 10 * 60_000;

/**
 * The error for a turn that a hook of the person's or of the project's has ended, which the CLI calls a success. What
 * the hook said is told; the prompt that the CLI repeats behind it is not.
 */
export function hookError({ result }: ResultMessage): ChatError {
  const said = (result ?? '')
    .replace(/\s*Original prompt:[^]*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const words = said === '' ? '' : `: ${printable(said)}`;
  return new ChatError('badRequest', `A hook in Claude's settings has stopped this${words}`);
}

/**
 * The error for a retry that the CLI announces and that nobody should wait for; `undefined` lets it go on.
 * @param waitedMs all waits for this question so far, milliseconds
 */
export function retryError(message: CliMessageOf<'system'>, waitedMs: number): ChatError | undefined {
  const delay = message.retry_delay_ms ?? 0;
  const status = message.error_status ?? 0;
  if (status === 401 && (message.attempt ?? 0) >= REFUSALS_OF_SIGN_IN) {
    return new ChatError('notSignedIn', `The API refuses the sign-in of Claude. ${SIGN_IN}`);
  }
  if (waitedMs > LONGEST_TROUBLE_MS) {
    const why = message.error ? ` (${printable(message.error)})` : '';
    return new ChatError(
      KIND_OF_STATUS[status] ?? 'unreachable',
      `The API has not answered ${message.attempt ?? 'many'} times${why}. Try again later.`,
    );
  }
  if (message.error_status !== 429 || delay <= LONGEST_RETRY_MS) return undefined;
  const seconds = Math.ceil(delay / 1000);
  return new ChatError('rateLimited', `The API's rate limit is reached. Try again in ${seconds} seconds.`, {
    retryAfterSeconds: seconds,
  });
}

/** The system's codes for a program that has no fault, when there is no room for one more process. */
const NO_ROOM = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);

function startError(cause: NodeJS.ErrnoException): ChatError {
  const failed = `The Claude CLI cannot be started: ${cause.message}.`;
  return NO_ROOM.has(cause.code ?? '')
    ? new ChatError('overloaded', `${failed} Close some programs, then try again.`, { cause })
    : new ChatError('cliMissing', `${failed} Check "claudeOllama.claudePath".`, { cause });
}

/** How a CLI says that it does not know one of the options that keep it apart from the folder's settings. */
const UNKNOWN_OPTION = /^error: unknown option '(.*)'$/m;

/** The error for a process that went away before its turn was over. */
export function endError(end: ProcessEnd): ChatError {
  if (end.cause !== undefined && end.code === null && end.signal === null) return startError(end.cause);
  const unknown = UNKNOWN_OPTION.exec(end.stderr)?.[1];
  if (unknown !== undefined) {
    return new ChatError(
      'cliTooOld',
      `The Claude CLI does not know ${printable(unknown)}, without which it is not run. Run "claude update".`,
    );
  }
  const how = end.signal === null ? `ended with code ${end.code}` : `was ended by ${end.signal}`;
  const why = end.cause?.message ?? end.stderr.trim().split('\n').at(-1) ?? '';
  const detail = why === '' ? '' : `: ${printable(why)}`;
  return new ChatError(
    'cliFailed',
    `The Claude CLI ${how} before the answer was complete${detail}. Try again.`,
  );
}
