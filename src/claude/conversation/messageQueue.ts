/** Messages between a process that pushes and a turn that takes, bounded by holding the process back. */
export class MessageQueue<T> {
  readonly #hold: (full: boolean) => void;
  readonly #clock: () => number;
  readonly #waiting: T[] = [];
  #full = false;
  #wake: (() => void) | undefined;

  /**
   * @param hold told to stop (`true`) and to go on (`false`) as the inbox fills and empties
   * @param clock monotonic, milliseconds
   */
  constructor(hold: (full: boolean) => void, clock: () => number = () => performance.now()) {
    this.#hold = hold;
    this.#clock = clock;
  }

  push(item: T): void {
    this.#waiting.push(item);
    if (!this.#full && this.#waiting.length >= FULL) {
      this.#full = true;
      this.#hold(true);
    }
    this.#wake?.();
  }

  /**
   * The next item; `undefined` when none came within that time. One taker at a time. Time in which this whole program
   * stood still (the machine slept, it was stopped) does not count: nothing could come then.
   */
  async take(milliseconds: number): Promise<T | undefined> {
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        const giveUp = patience(milliseconds, this.#clock, resolve);
        this.#wake = () => {
          giveUp();
          resolve();
        };
      });
      this.#wake = undefined;
    }
    const item = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#release();
    return item;
  }

  /** Forgets what waits, except what is to be kept. */
  forget(keep: (item: T) => boolean): void {
    const kept = this.#waiting.filter(keep);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    this.#release();
  }

  #release(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#hold(false);
  }
}

const FULL = 256;
/** A wait is counted in so many pieces. One that takes more than twice its time is one in which nothing ran. */
const PIECES = 8;

/** Calls back when that time has been lived through. @returns calls it off */
function patience(milliseconds: number, clock: () => number, onEnd: () => void): () => void {
  const piece = milliseconds / PIECES;
  let left = PIECES;
  let last = clock();
  const timer = setInterval(() => {
    const now = clock();
    if (now - last <= 2 * piece) left--;
    last = now;
    if (left > 0) return;
    clearInterval(timer);
    // Timers come before what has arrived meanwhile is read.
    setImmediate(onEnd);
  }, piece);
  return () => clearInterval(timer);
}
