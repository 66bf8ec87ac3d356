/** Messages between a process that pushes and a turn that takes, bounded by holding the process back. */
export class Inbox<T> {
  readonly #hold: (full: boolean) => void;
  readonly #waiting: T[] = [];
  #full = false;
  #wake: (() => void) | undefined;

  /** @param hold told to stop (`true`) and to go on (`false`) as the inbox fills and empties */
  constructor(hold: (full: boolean) => void) {
    this.#hold = hold;
  }

  push(item: T): void {
    this.#waiting.push(item);
    if (!this.#full && this.#waiting.length >= FULL) {
      this.#full = true;
      this.#hold(true);
    }
    this.#wake?.();
  }

  /** The next item; `undefined` when none came within that time. One taker at a time. */
  async take(milliseconds: number): Promise<T | undefined> {
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    const item = this.#waiting.shift();
    if (this.#full && this.#waiting.length === 0) {
      this.#full = false;
      this.#hold(false);
    }
    return item;
  }
}

const FULL = 256;
