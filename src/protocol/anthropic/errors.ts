/** Errors of `/v1/messages`: every kind's status and type in one table. */
import type { ChatError, ErrorKind } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import type { Dialect, ErrorReply } from '../dialect.js';

type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'overloaded_error'
  | 'api_error';

/**
 * Anthropic's statuses where it has such errors. The others are chosen by what clients do with them: Anthropic's own
 * repeat a request by themselves after 408, 409, 429 and 5xx, and VS Code's chat hides the message of a 5xx. So what a
 * person must act on is a 4xx (400 for the CLI itself: 401 and 403 would send them to look for an API key), and so is
 * the failure of what we depend on (424), because the CLI has repeated what was worth it.
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

const BUSY_RETRY_SECONDS = 1;

/** Types of the refusals that come before a request is understood. */
const TYPE_OF_STATUS = new Map<number, ErrorType>([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
]);

function envelope(type: ErrorType, message: string): JsonObject {
  return { type: 'error', error: { type, message: message === '' ? 'unknown error' : message } };
}

/** The event that ends a stream that failed. */
export function errorEvent(error: ChatError): JsonObject {
  return envelope(TABLE[error.kind][1], error.message);
}

/** @param newId makes ids of requests: `req_` and 24 hexadecimal digits */
export function anthropicDialect(newId: () => string): Dialect {
  const body = (type: ErrorType, message: string): string =>
    JSON.stringify({ ...envelope(type, message), request_id: newId() });
  return {
    error(error): ErrorReply {
      const [status, type] = TABLE[error.kind];
      const wait = error.retryAfterSeconds ?? (error.kind === 'busy' ? BUSY_RETRY_SECONDS : undefined);
      return {
        status,
        body: body(type, error.message),
        ...(wait === undefined ? {} : { retryAfterSeconds: Math.max(0, Math.ceil(wait)) }),
      };
    },
    refusal: (status, message) => body(TYPE_OF_STATUS.get(status) ?? 'api_error', message),
  };
}
