/** Errors of the OpenAI routes: every kind's status in one table, and `{"error":{…}}` as the body. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import type { Dialect, ErrorReply } from '../dialect.js';

/**
 * Ollama's statuses where it has such errors. The others are chosen by what clients do with them. OpenAI's own clients,
 * and those like them, repeat a request by themselves after 408, 409, 429 and 5xx; Codex after 5xx only. VS Code's chat
 * shows the message of a 401 or 403 alone, of another 4xx within the body, of a 503 under "rate limit", and of another
 * 5xx not at all. So:
 *
 * | kind | status | because |
 * |---|---|---|
 * | `contextTooLong` | 400 | OpenAI's own, with its code, by which clients know when to shorten the conversation |
 * | `tooLarge` | 413 | nothing to repeat; the message is shown |
 * | `notSignedIn` | 401 | a person must act; the message is shown, and nothing else |
 * | `untrusted` | 403 | the same |
 * | `cliMissing`, `cliTooOld` | 400 | a person must act; 401 and 403 would send them to look for an API key |
 * | `cliFailed`, `unreachable`, `timeout` | 424 | what we depend on failed; the CLI has repeated what was worth it, and the message is shown |
 * | `rateLimited` | 429 | with `Retry-After`, which clients obey |
 * | `overloaded`, `busy` | 503 | worth a repetition, which also Codex then makes |
 * | `cancelled` | 503 | the server stops; nobody else gets to see it |
 * | `ended` | 403 | a person does not want it; not repeated, and the message is shown |
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

const BUSY_RETRY_SECONDS = 1;

/** A bad request that OpenAI has a code for, which its clients act on. */
export class CodedError extends ChatError {
  readonly code: string;
  /** The field of the request that is meant. */
  readonly param: string;

  constructor(code: string, param: string, message: string) {
    super('badRequest', message);
    this.code = code;
    this.param = param;
  }
}

/** Ollama's types, which follow from the status alone. */
function typeOf(status: number): string {
  if (status === 400) return 'invalid_request_error';
  return status === 404 ? 'not_found_error' : 'api_error';
}

/** OpenAI's code for an error, where it has one. */
export function codeOf(error: ChatError): string | null {
  if (error instanceof CodedError) return error.code;
  return error.kind === 'contextTooLong' ? 'context_length_exceeded' : null;
}

/** `{"error":{…}}`, the body of an answer and the last frame of a stream that failed. */
export function errorBody(error: ChatError): JsonObject {
  return {
    error: {
      message: error.message === '' ? 'unknown error' : error.message,
      type: typeOf(STATUS[error.kind]),
      param: error instanceof CodedError ? error.param : null,
      code: codeOf(error),
    },
  };
}

function errorReply(error: ChatError): ErrorReply {
  const wait = error.retryAfterSeconds ?? (error.kind === 'busy' ? BUSY_RETRY_SECONDS : undefined);
  return {
    status: STATUS[error.kind],
    body: JSON.stringify(errorBody(error)),
    ...(wait === undefined ? {} : { retryAfterSeconds: Math.max(0, Math.ceil(wait)) }),
  };
}

export const openaiDialect: Dialect = {
  error: errorReply,
  refusal: (status, message) =>
    JSON.stringify({ error: { message, type: typeOf(status), param: null, code: null } }),
};
