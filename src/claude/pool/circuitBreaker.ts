/** Stops starting a CLI that dies every time: clients that ask again and again would keep the machine busy with it. */
import { ChatError } from '../../core/errors.js';

export interface CircuitBreakerLimits {
  /** So many deaths in so long, without an answer between them, are a habit. Milliseconds. */
  readonly deaths: number;
  readonly withinMs: number;
  /** How long after the last one nothing is started. Milliseconds. */
  readonly restMs: number;
}

/** The bounds are those of VS Code's language client for a server that crashes; a rest here ends by itself. */
const LIMITS: CircuitBreakerLimits = { deaths: 5, withinMs: 3 * 60_000, restMs: 30_000 };

export class CircuitBreaker {
  readonly #clock: () => number;
  readonly #limits: CircuitBreakerLimits;
  /** When they died, the latest last. */
  #deaths: number[] = [];
  #lastWords = '';

  /** @param clock monotonic, milliseconds */
  constructor(clock: () => number, limits: CircuitBreakerLimits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @throws ChatError `cliFailed`, with when to try again, while nothing may be started */
  pass(): void {
    const { deaths, withinMs, restMs } = this.#limits;
    const now = this.#clock();
    this.#deaths = this.#deaths.filter((at) => now - at < withinMs);
    const last = this.#deaths.at(-1);
    if (last === undefined || this.#deaths.length < deaths || now - last >= restMs) return;
    const seconds = Math.ceil((restMs - (now - last)) / 1000);
    throw new ChatError(
      'cliFailed',
      `The Claude CLI has failed ${this.#deaths.length} times in a row and is left alone for ${seconds} seconds. ` +
        `The last time: ${this.#lastWords} Run "claude" in a terminal to see whether it works there; ` +
        '"claude update" may mend it.',
      { retryAfterSeconds: seconds },
    );
  }

  /** A process has died while something was asked of it. Where none could be started, it is not the CLI's doing. */
  died(error: ChatError): void {
    if (error.kind !== 'cliFailed') return;
    this.#deaths.push(this.#clock());
    this.#lastWords = error.message;
  }

  /** A process has answered. */
  answered(): void {
    this.#deaths = [];
  }
}
