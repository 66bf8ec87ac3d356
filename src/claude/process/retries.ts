/** The retries that the CLI announces in one turn: which of them the client waits for, and what follows from them. */
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import { kindOfStatus } from './apiStatus.js';
import { credentialsName, credentialsRemedy, type CredentialSource } from './credentials.js';
import type { CliMessageOf } from './incoming.js';

type SystemMessage = CliMessageOf<'system'>;

/**
 * Milliseconds. A retry after a longer delay is reported to the client, whatever the status: the client can tell its user,
 * and decides when to ask again.
 */
export const LONGEST_RETRY_MS = 5000;
/** The first 401 may mean that the credentials have expired; the CLI renews them automatically. */
const MAX_UNAUTHORIZED_ATTEMPTS = 2;
/** The CLI waits less than this in total, unless the user has configured more retries. */
const MAX_TOTAL_RETRY_MS = 10 * 60_000;
/**
 * Seconds. The CLI gives up without a retry when the API asks it to wait for longer than this, and does not report for how
 * long (CLI 2.1.330: `Retry-After: 59` is announced, 61 is not).
 */
const SHORTEST_UNREPORTED_WAIT = 60;

export class Retries {
  readonly #canRetry: boolean;
  #totalMs = 0;
  #lastMs: number | undefined;

  /** @param canRetry whether the CLI retries at all: the user can turn retries off */
  constructor({ canRetry }: { readonly canRetry: boolean }) {
    this.#canRetry = canRetry;
  }

  /**
   * Reads an `api_retry` message.
   * @throws ChatError if the client should not wait for the retry
   */
  read(message: SystemMessage, credentials: CredentialSource): void {
    const delay = message.retry_delay_ms ?? 0;
    const status = message.error_status ?? 0;
    if (status === 401 && (message.attempt ?? 0) >= MAX_UNAUTHORIZED_ATTEMPTS) {
      const kind = credentials.type === 'signIn' ? 'notSignedIn' : 'keyRejected';
      const rejected = `The API rejects ${credentialsName(credentials)} (status 401).`;
      throw new ChatError(kind, `${rejected} ${credentialsRemedy(credentials)}`);
    }
    if (status !== 0 && delay > LONGEST_RETRY_MS) throw longRetryError(status, delay);
    if (this.#totalMs > MAX_TOTAL_RETRY_MS) throw exhaustedError(message, status);
    this.#totalMs += delay;
    this.#lastMs = delay;
  }

  /**
   * When a request makes sense that follows an error for which the CLI makes no further retry. Seconds; `undefined` if that
   * is unknown. The CLI does not report the `Retry-After` of the last response.
   */
  get secondsAfterLast(): number | undefined {
    if (this.#lastMs !== undefined) return Math.ceil(this.#lastMs / 1000);
    return this.#canRetry ? SHORTEST_UNREPORTED_WAIT : undefined;
  }
}

function longRetryError(status: number, delayMs: number): ChatError {
  const seconds = Math.ceil(delayMs / 1000);
  const kind = kindOfStatus(status);
  const what = status === 500 ? 'has an internal failure' : 'is overloaded or unavailable';
  const problem =
    kind === 'rateLimited' ? "The API's rate limit is reached." : `The API ${what} (status ${status}).`;
  return new ChatError(kind, `${problem} Try again in ${seconds} seconds.`, { retryAfterSeconds: seconds });
}

function exhaustedError({ attempt, error }: SystemMessage, status: number): ChatError {
  const reason = error ? ` (${printable(error)})` : '';
  return new ChatError(
    status === 0 ? 'unreachable' : kindOfStatus(status),
    `The API did not answer after ${attempt ?? 'many'} attempts${reason}. Try again later.`,
  );
}
