/** A queue of messages from a process to a turn. When it is full, it pauses the process. */
export class MessageQueue<T> {
  readonly #setPaused: (paused: boolean) => void;
  readonly #clock: () => number;
  readonly #items: T[] = [];
  #full = false;
  #wake: (() => void) | undefined;

  /**
   * @param setPaused called with `true` when the queue becomes full, and with `false` when it is empty again
   * @param clock monotonic, milliseconds
   */
  constructor(setPaused: (paused: boolean) => void, clock: () => number = () => performance.now()) {
    this.#setPaused = setPaused;
    this.#clock = clock;
  }

  push(item: T): void {
    this.#items.push(item);
    if (!this.#full && this.#items.length >= CAPACITY) {
      this.#full = true;
      this.#setPaused(true);
    }
    this.#wake?.();
  }

  /**
   * Waits for the next item. Do not call it again before it has settled. Time in which this whole program was suspended (for
   * example while the machine slept) does not count: no message could arrive then.
   * @returns `undefined` on timeout
   */
  async take(milliseconds: number): Promise<T | undefined> {
    if (this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        const cancelTimeout = startTimeout(milliseconds, this.#clock, resolve);
        this.#wake = () => {
          cancelTimeout();
          resolve();
        };
      });
      this.#wake = undefined;
    }
    const item = this.#items.shift();
    if (this.#items.length === 0) this.#resume();
    return item;
  }

  /** Drops all items except those to keep. */
  drop(keep: (item: T) => boolean): void {
    const kept = this.#items.filter(keep);
    this.#items.splice(0, this.#items.length, ...kept);
    this.#resume();
  }

  #resume(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#setPaused(false);
  }
}

/** The number of items that pauses the process. */
const CAPACITY = 256;
/** A timeout is split into this many ticks. A tick that takes over twice its time means that the program was suspended. */
const TICKS = 8;

/** Calls back after this much time in which the program ran. @returns a function that cancels it */
function startTimeout(milliseconds: number, clock: () => number, onTimeout: () => void): () => void {
  const tickMs = milliseconds / TICKS;
  let remaining = TICKS;
  let last = clock();
  const timer = setInterval(() => {
    const now = clock();
    if (now - last <= 2 * tickMs) remaining--;
    last = now;
    if (remaining > 0) return;
    clearInterval(timer);
    // Node.js runs timers before it reads input that has arrived: let it read first.
    setImmediate(onTimeout);
  }, tickMs);
  return () => clearInterval(timer);
}
