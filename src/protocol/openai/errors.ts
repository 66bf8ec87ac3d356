/** Errors of the OpenAI routes: the status of every error kind in one table, and `{"error":{…}}` as the body. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { type Dialect, errorReply } from '../dialect.js';

/**
 * Ollama's statuses where Ollama has such errors. The others are chosen by what clients do with them. OpenAI's SDKs and
 * similar clients automatically retry after 408, 409, 429 and 5xx; Codex after 5xx only. VS Code's chat shows the message
 * of a 401 or 403 alone, of another 4xx within the body, of a 503 under "rate limit", and of another 5xx not at all. So:
 *
 * | kind | status | reason |
 * |---|---|---|
 * | `contextTooLong` | 400 | OpenAI's own status and code; clients then shorten the conversation |
 * | `tooLarge` | 413 | not retried; the message is shown |
 * | `notSignedIn`, `keyRejected` | 401 | the user must act; only the message is shown |
 * | `paymentRequired` | 402 | the user must act; not retried. OpenAI's own 429 would be |
 * | `untrusted`, `forbidden` | 403 | as `notSignedIn` |
 * | `cliMissing`, `cliTooOld` | 400 | the user must act; after a 401 or 403 they would look for an API key |
 * | `cliFailed`, `unreachable`, `timeout` | 424 | a dependency failed; the CLI has retried already, and the message is shown |
 * | `rateLimited` | 429 | with `Retry-After`, which clients obey |
 * | `overloaded`, `busy` | 503 | worth a retry, which Codex makes too |
 * | `cancelled` | 503 | the server is stopping; otherwise no client receives it |
 * | `cancelledByUser` | 403 | must not be retried; the message is shown |
 * | `internal` | 500 | a defect |
 */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  badRequest: 400,
  unknownModel: 404,
  contextTooLong: 400,
  tooLarge: 413,
  untrusted: 403,
  cliMissing: 400,
  cliTooOld: 400,
  notSignedIn: 401,
  keyRejected: 401,
  forbidden: 403,
  paymentRequired: 402,
  cliFailed: 424,
  rateLimited: 429,
  overloaded: 503,
  unreachable: 424,
  busy: 503,
  timeout: 424,
  cancelled: 503,
  cancelledByUser: 403,
  internal: 500,
};

/** A bad request with an OpenAI error code that clients react to. */
export class CodedError extends ChatError {
  readonly code: string;
  /** The field of the request that caused the error. */
  readonly param: string;

  constructor(code: string, param: string, message: string) {
    super('badRequest', message);
    this.code = code;
    this.param = param;
  }
}

/** Ollama derives the error type from the status (openai/openai.go). */
function typeOf(status: number): string {
  if (status === 400) return 'invalid_request_error';
  return status === 404 ? 'not_found_error' : 'api_error';
}

/** Checks the fields, not the class: each bundle of this program has its own copy of the class. */
function isCoded(error: ChatError): error is CodedError {
  return 'code' in error && 'param' in error;
}

/** OpenAI's code for an error, or null for an error without one. */
export function codeOf(error: ChatError): string | null {
  if (isCoded(error)) return error.code;
  if (error.kind === 'paymentRequired') return 'insufficient_quota';
  return error.kind === 'contextTooLong' ? 'context_length_exceeded' : null;
}

/** `{"error":{…}}`: the body of a reply, and the last frame of a stream that failed. */
export function errorBody(error: ChatError): JsonObject {
  return {
    error: {
      message: error.message === '' ? 'unknown error' : error.message,
      type: typeOf(STATUS[error.kind]),
      param: isCoded(error) ? error.param : null,
      code: codeOf(error),
    },
  };
}

export const openaiDialect: Dialect = {
  error: (error) => errorReply(error, { status: STATUS[error.kind], body: JSON.stringify(errorBody(error)) }),
  refusal: (status, message) =>
    JSON.stringify({ error: { message, type: typeOf(status), param: null, code: null } }),
};
