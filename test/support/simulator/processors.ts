/** The processors of the simulated machine: work takes longer while more of it is done at once. */
import type { VirtualTime } from './virtualTime.js';

interface Work {
  left: number;
  readonly done: () => void;
}

export class Processors {
  readonly #count: number;
  readonly #time: VirtualTime;
  readonly #running = new Set<Work>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(count: number, time: VirtualTime) {
    this.#count = count;
    this.#time = time;
  }

  /** Settles when work that takes this long on a free processor is done. Milliseconds. */
  work(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#advance();
      this.#running.add({ left: ms, done: resolve });
      this.#schedule();
    });
  }

  get #rate(): number {
    return Math.min(1, this.#count / Math.max(1, this.#running.size));
  }

  #advance(): void {
    const passed = (this.#time.now() - this.#since) * this.#rate;
    this.#since = this.#time.now();
    for (const work of this.#running) work.left -= passed;
    for (const work of [...this.#running].filter(({ left }) => left < 1e-6)) {
      this.#running.delete(work);
      work.done();
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#running.size === 0) return;
    const next = Math.min(...[...this.#running].map(({ left }) => left));
    this.#timer = setTimeout(() => {
      this.#advance();
      this.#schedule();
    }, next / this.#rate);
  }
}
