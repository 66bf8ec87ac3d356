/** Stops starting a CLI that crashes every time, so that clients that retry do not keep the machine busy. */
import { ChatError } from '../../core/errors.js';

export interface CircuitBreakerLimits {
  /** Starts are refused after this many crashes within `withinMs` milliseconds without an answer in between. */
  readonly crashes: number;
  readonly withinMs: number;
  /** How long starts are refused after the last crash. Milliseconds. */
  readonly pauseMs: number;
}

/**
 * Five crashes within three minutes, as in VS Code's language client for a crashing server. Here, starts are allowed again
 * after a pause.
 */
const LIMITS: CircuitBreakerLimits = { crashes: 5, withinMs: 3 * 60_000, pauseMs: 30_000 };

export class CircuitBreaker {
  readonly #clock: () => number;
  readonly #limits: CircuitBreakerLimits;
  /** The times of the crashes, in order. */
  #crashes: number[] = [];
  #lastError = '';

  /** @param clock monotonic, milliseconds */
  constructor(clock: () => number, limits: CircuitBreakerLimits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @throws ChatError `cliFailed`, with the time until a retry, while starts are refused */
  check(): void {
    const { crashes, withinMs, pauseMs } = this.#limits;
    const now = this.#clock();
    this.#crashes = this.#crashes.filter((at) => now - at < withinMs);
    const last = this.#crashes.at(-1);
    if (last === undefined || this.#crashes.length < crashes || now - last >= pauseMs) return;
    const seconds = Math.ceil((pauseMs - (now - last)) / 1000);
    throw new ChatError(
      'cliFailed',
      `The Claude CLI has failed ${this.#crashes.length} times in a row and is not started again for ${seconds} seconds. ` +
        `The last error: ${this.#lastError} Run "claude" in a terminal to see whether it works there; ` +
        '"claude update" may fix it.',
      { retryAfterSeconds: seconds },
    );
  }

  /** Records that a process ended during a request. Only `cliFailed` counts: other errors are not the CLI's fault. */
  recordFailure(error: ChatError): void {
    if (error.kind !== 'cliFailed') return;
    this.#crashes.push(this.#clock());
    this.#lastError = error.message;
  }

  /** Records that a process has answered: earlier crashes no longer count. */
  recordAnswer(): void {
    this.#crashes = [];
  }
}
