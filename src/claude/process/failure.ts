/** Turns failures of the CLI and of the API behind it into errors for the client. Pure. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import { SIGN_IN_INSTRUCTION } from '../../core/signIn.js';
import type { CliMessageOf, ResultMessage } from './incoming.js';
import type { ProcessEnd } from './process.js';

const SIGN_IN = `${SIGN_IN_INSTRUCTION}, then try again.`;

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
 * The error for a turn whose result message reports a failure; `undefined` for one that succeeded.
 * @param resetsAt when the plan's limit resets, seconds since 1970; `undefined` if the CLI did not report it
 * @param now milliseconds since 1970
 */
export function resultFailure(
  result: ResultMessage,
  resetsAt: number | undefined,
  now: number,
): ChatError | undefined {
  if (result.is_error || result.subtype !== 'success') return resultError(result, resetsAt, now);
  const stoppedByHook = result.num_turns === 0 || result.terminal_reason === 'hook_stopped';
  return stoppedByHook ? hookError(result) : undefined;
}

function resultError(result: ResultMessage, resetsAt: number | undefined, now: number): ChatError {
  const kind = kindOfResult(result);
  const reason = result.errors?.join('; ') || result.result || result.api_error || result.subtype;
  const retryAfterSeconds =
    resetsAt === undefined ? undefined : Math.max(1, Math.ceil(resetsAt - now / 1000));
  if (kind === 'notSignedIn') return new ChatError(kind, `Claude is not signed in: ${reason} ${SIGN_IN}`);
  if (kind === 'rateLimited' && retryAfterSeconds !== undefined) {
    return new ChatError(kind, reason, { retryAfterSeconds });
  }
  return new ChatError(kind, reason);
}

function kindOfResult(result: ResultMessage): ErrorKind {
  if (result.terminal_reason === 'prompt_too_long' || result.terminal_reason === 'blocking_limit') {
    return 'contextTooLong';
  }
  if (result.terminal_reason === 'image_error') return 'tooLarge';
  if (result.stop_reason === 'refusal') return 'badRequest';
  if (result.api_error === 'connection_failed') return 'unreachable';
  if (result.api_error_status) return KIND_OF_STATUS[result.api_error_status] ?? 'cliFailed';
  // Without credentials the CLI makes no request and sets no status field: only the text says so.
  if (result.terminal_reason === 'api_error' && /\bnot logged in\b|\/login\b/i.test(result.result ?? '')) {
    return 'notSignedIn';
  }
  if (/timed? ?out/i.test(result.result ?? '')) return 'timeout';
  return 'cliFailed';
}

/**
 * The error for a turn that a hook in the user's or the project's settings has stopped, which the CLI reports as a success.
 * Contains the hook's message, but not the prompt that the CLI repeats after it.
 */
function hookError({ result }: ResultMessage): ChatError {
  const hookMessage = (result ?? '')
    .replace(/\s*Original prompt:[^]*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const detail = hookMessage === '' ? '.' : `: ${printable(hookMessage)}`;
  return new ChatError('badRequest', `A hook in Claude's settings stopped this request${detail}`);
}

/** A longer retry delay is reported to the client, which can decide when to retry. */
const MAX_RETRY_DELAY_MS = 5000;
/** The first 401 may mean that the credentials have expired; the CLI renews them automatically. */
const MAX_UNAUTHORIZED_ATTEMPTS = 2;
/** The CLI waits less than this in total, unless the user has configured more retries. */
const MAX_TOTAL_RETRY_MS = 10 * 60_000;

/**
 * The error for a retry that the CLI announces; `undefined` if the client should wait for the retry.
 * @param waitedMs total of the retry delays of this turn so far, milliseconds
 */
export function retryError(message: CliMessageOf<'system'>, waitedMs: number): ChatError | undefined {
  const delay = message.retry_delay_ms ?? 0;
  const status = message.error_status ?? 0;
  if (status === 401 && (message.attempt ?? 0) >= MAX_UNAUTHORIZED_ATTEMPTS) {
    return new ChatError('notSignedIn', `The API rejected Claude's credentials. ${SIGN_IN}`);
  }
  if (waitedMs > MAX_TOTAL_RETRY_MS) {
    const reason = message.error ? ` (${printable(message.error)})` : '';
    return new ChatError(
      KIND_OF_STATUS[status] ?? 'unreachable',
      `The API did not answer after ${message.attempt ?? 'many'} attempts${reason}. Try again later.`,
    );
  }
  if (message.error_status !== 429 || delay <= MAX_RETRY_DELAY_MS) return undefined;
  const seconds = Math.ceil(delay / 1000);
  return new ChatError('rateLimited', `The API's rate limit is reached. Try again in ${seconds} seconds.`, {
    retryAfterSeconds: seconds,
  });
}

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
