/** Errors of Ollama's native routes: the status of every error kind in one table, and `{"error":"…"}` as the body. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import { type Dialect, errorReply } from '../dialect.js';

/**
 * `notSignedIn` and `keyRejected` are a 503, because a 401 makes Ollama's own clients open the sign-in of ollama.com.
 * `cancelled` reaches a client only when the server is stopping.
 */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  badRequest: 400,
  unknownModel: 404,
  contextTooLong: 400,
  tooLarge: 413,
  untrusted: 403,
  cliMissing: 503,
  cliTooOld: 503,
  notSignedIn: 503,
  keyRejected: 503,
  forbidden: 403,
  paymentRequired: 402,
  cliFailed: 502,
  rateLimited: 429,
  overloaded: 503,
  unreachable: 502,
  busy: 503,
  timeout: 504,
  cancelled: 503,
  cancelledByUser: 403,
  internal: 500,
};

/** Ollama's message (`ErrMaxQueue` in server/sched.go), including the two spaces. Clients look for it. */
const BUSY_MESSAGE = 'server busy, please try again.  maximum pending requests exceeded';

/** A bad request that Ollama answers with another status than 400, which its clients rely on. */
export class OllamaStatusError extends ChatError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('badRequest', message);
    this.status = status;
  }
}

/** Checks the field, not the class: each bundle of this program has its own copy of the class. */
function statusOf(error: ChatError): number {
  return 'status' in error && typeof error.status === 'number' ? error.status : STATUS[error.kind];
}

function messageOf(error: ChatError): string {
  if (error.kind === 'busy') return BUSY_MESSAGE;
  // Ollama's Go client takes an empty message for success.
  return error.message === '' ? 'unknown error' : error.message;
}

/** `{"error":"…"}`. */
export function errorBody(message: string): string {
  return JSON.stringify({ error: message });
}

/** The last line of a stream that failed, before its conversion to JSON. */
export function errorLine(error: ChatError): { readonly error: string } {
  return { error: messageOf(error) };
}

export const ollamaDialect: Dialect = {
  error: (error) =>
    errorReply(error, {
      status: statusOf(error),
      body: errorBody(messageOf(error)),
    }),
  refusal: (_status, message) => errorBody(message),
};
