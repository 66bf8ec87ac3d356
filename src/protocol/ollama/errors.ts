/** The native routes' errors: every kind's status in one table, and `{"error":"…"}` as the body. */
import { ChatError, type ErrorKind } from '../../core/errors.js';
import type { Dialect, ErrorReply } from '../dialect.js';

/**
 * 503 for a missing sign-in, because a 401 sends Ollama's own clients into the sign-in of ollama.com.
 * `cancelled` reaches a client only when the server stops.
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

/** Ollama's own words, two spaces included; clients look for them. */
const BUSY_TEXT = 'server busy, please try again.  maximum pending requests exceeded';
const BUSY_RETRY_SECONDS = 1;

/** A bad request that Ollama, by an oddity that its clients know, answers with another status than 400. */
export class OllamaStatusError extends ChatError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('badRequest', message);
    this.status = status;
  }
}

function errorText(error: ChatError): string {
  if (error.kind === 'busy') return BUSY_TEXT;
  // Ollama's Go client takes an empty text for success.
  return error.message === '' ? 'unknown error' : error.message;
}

/** `{"error":"…"}`. */
export function errorBody(message: string): string {
  return JSON.stringify({ error: message });
}

/** The last line of a stream that failed, without its line feed. */
export function errorLine(error: ChatError): { readonly error: string } {
  return { error: errorText(error) };
}

function errorReply(error: ChatError): ErrorReply {
  const wait = error.retryAfterSeconds ?? (error.kind === 'busy' ? BUSY_RETRY_SECONDS : undefined);
  return {
    status: error instanceof OllamaStatusError ? error.status : STATUS[error.kind],
    body: errorBody(errorText(error)),
    ...(wait === undefined ? {} : { retryAfterSeconds: Math.max(0, Math.ceil(wait)) }),
  };
}

export const ollamaDialect: Dialect = {
  error: errorReply,
  refusal: (_status, message) => errorBody(message),
};
