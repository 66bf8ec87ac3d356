/** Errors of `/v1/messages`: the status and type of every error kind in one table. */
import type { ChatError, ErrorKind } from '../../core/errors.js';
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

function envelope(type: ErrorType, message: string): JsonObject {
  return { type: 'error', error: { type, message: message === '' ? 'unknown error' : message } };
}

/** The last event of a stream that failed. */
export function errorEvent(error: ChatError): JsonObject {
  return envelope(TABLE[error.kind][1], error.message);
}

/** @param newId creates request ids: `req_` and 24 hexadecimal digits */
export function anthropicDialect(newId: () => string): Dialect {
  const body = (type: ErrorType, message: string): string =>
    JSON.stringify({ ...envelope(type, message), request_id: newId() });
  return {
    error(error) {
      const [status, type] = TABLE[error.kind];
      return errorReply(error, { status, body: body(type, error.message) });
    },
    refusal: (status, message) => body(TYPE_OF_STATUS.get(status) ?? 'api_error', message),
  };
}
