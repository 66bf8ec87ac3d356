/** Time limits for idle conversations: at most one timer for each process. */
import type { PooledProcess } from './processLimit.js';

/** The longest delay of a Node.js timer: 31 bits. Milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class IdleTimers {
  readonly #timers = new Map<PooledProcess, NodeJS.Timeout>();

  /** Calls back after this time. Longer times than a timer allows are shortened. */
  start(pooled: PooledProcess, milliseconds: number, onTimeout: () => void): void {
    this.#timers.set(pooled, setTimeout(onTimeout, Math.min(milliseconds, MAX_TIMER_MS)).unref());
  }

  stop(pooled: PooledProcess): void {
    clearTimeout(this.#timers.get(pooled));
    this.#timers.delete(pooled);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}
