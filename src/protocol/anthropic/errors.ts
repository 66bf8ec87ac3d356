/** Errors of `/v1/messages`: the status and type of every error kind in one table. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { type Dialect, errorReply } from '../dialect.js';

type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'overloaded_error'
  | 'api_error';

/**
 * Anthropic's statuses where its API has such errors. The others are chosen by what clients do with them: Anthropic's
 * SDKs automatically retry after 408, 409, 429 and 5xx, and VS Code's chat hides the message of a 5xx. So an error that
 * the user must act on is a 4xx; for a missing or old CLI it is 400, because 401 and 403 would make the user look for an
 * API key. A failed dependency is 424, because the CLI has already made the useful retries.
 */
const TABLE: Readonly<Record<ErrorKind, readonly [status: number, type: ErrorType]>> = {
  badRequest: [400, 'invalid_request_error'],
  unknownModel: [404, 'not_found_error'],
  contextTooLong: [400, 'invalid_request_error'],
  tooLarge: [413, 'request_too_large'],
  untrusted: [403, 'permission_error'],
  cliMissing: [400, 'api_error'],
  cliTooOld: [400, 'api_error'],
  notSignedIn: [401, 'authentication_error'],
  keyRejected: [401, 'authentication_error'],
  forbidden: [403, 'permission_error'],
  paymentRequired: [402, 'billing_error'],
  cliFailed: [424, 'api_error'],
  rateLimited: [429, 'rate_limit_error'],
  overloaded: [529, 'overloaded_error'],
  unreachable: [424, 'api_error'],
  busy: [503, 'overloaded_error'],
  timeout: [424, 'timeout_error'],
  cancelled: [503, 'api_error'],
  cancelledByUser: [403, 'permission_error'],
  internal: [500, 'api_error'],
};

/** The types of refusals, which are made before the request is read. */
const TYPE_OF_STATUS = new Map<number, ErrorType>([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
]);

/** The codes that clients with threads react to (anthropic-sdk-python, `lib/threads/_thread_state.py`). */
export type ThreadErrorCode = 'thread_unsupported_request' | 'thread_not_found';

const THREAD_ERRORS: Readonly<
  Record<
    ThreadErrorCode,
    { readonly reply: readonly [status: number, type: ErrorType]; readonly message: string }
  >
> = {
  thread_unsupported_request: {
    reply: [400, 'invalid_request_error'],
    message: 'This server keeps no threads. Send the whole conversation in "messages", without "thread".',
  },
  // 404, as in Anthropic's API: Claude Code recognizes this code only with that status.
  thread_not_found: {
    reply: [404, 'not_found_error'],
    message: 'There is no such thread: this server keeps none. Send the whole conversation in "messages".',
  },
};

/** A request needs a conversation on the server. */
export class ThreadError extends ChatError {
  readonly code: ThreadErrorCode;

  constructor(code: ThreadErrorCode) {
    super('badRequest', THREAD_ERRORS[code].message);
    this.code = code;
  }
}

function detailsOf(code: ThreadErrorCode): JsonObject {
  const unsupported = code === 'thread_unsupported_request' ? { unsupported: ['thread'] } : {};
  return { error_code: code, ...unsupported };
}

function envelope(type: ErrorType, message: string, details?: JsonObject): JsonObject {
  const shown = message === '' ? 'unknown error' : message;
  return { type: 'error', error: { type, message: shown, ...(details === undefined ? {} : { details }) } };
}

/** The last event of a stream that failed. */
export function errorEvent(error: ChatError): JsonObject {
  return envelope(TABLE[error.kind][1], error.message);
}

/** The body of an error reply. */
function errorText(error: JsonObject, requestId: string): string {
  return JSON.stringify({ ...error, request_id: requestId });
}

export const anthropicDialect: Dialect = {
  error(error, requestId) {
    const isThreadError = error instanceof ThreadError;
    const [status, type] = isThreadError ? THREAD_ERRORS[error.code].reply : TABLE[error.kind];
    const details = isThreadError ? detailsOf(error.code) : undefined;
    return errorReply(error, { status, body: errorText(envelope(type, error.message, details), requestId) });
  },
  refusal: (status, message, requestId) =>
    errorText(envelope(TYPE_OF_STATUS.get(status) ?? 'api_error', message), requestId),
};
