/** Starts processes before they are needed, one for each lane that is in use. */
import type { Lane } from '../../core/chat.js';
import type { Prewarm } from '../../core/cliBackend.js';
import type { Logger } from '../../core/log.js';

export interface PrewarmLimits {
  readonly prewarm: Prewarm;
  /** How long after the last request `whileInUse` keeps a process ready. Milliseconds. */
  readonly useMs: number;
  /** How long after a request has left for the API the next process is started. Milliseconds. */
  readonly refillMs: number;
}

export interface PrewarmerOptions {
  readonly limits: PrewarmLimits;
  /** Whether a process of that lane is ready. */
  readonly isReady: (lane: Lane) => boolean;
  /** Starts one, where there is room. @throws ChatError */
  readonly start: (lane: Lane) => Promise<void>;
  /** Ends the processes of that lane that are ready. */
  readonly retire: (lane: Lane) => void;
  readonly log: Logger;
}

export class Prewarmer {
  readonly #options: PrewarmerOptions;
  /** Lanes that are in use, each with the timer that ends that. */
  readonly #inUse = new Map<Lane, NodeJS.Timeout | undefined>();
  /** Requests that have not left for the API yet. */
  #held = 0;
  #filling = false;
  #closed = false;
  #refill: NodeJS.Timeout | undefined;

  constructor(options: PrewarmerOptions) {
    this.#options = options;
  }

  /** Whether processes of that lane are to be kept ready now. */
  wants(lane: Lane): boolean {
    const { prewarm } = this.#options.limits;
    if (this.#closed || prewarm === 'never') return false;
    return (prewarm === 'always' && lane === 'chat') || this.#inUse.has(lane);
  }

  /** A request of that lane has come. */
  use(lane: Lane): void {
    clearTimeout(this.#inUse.get(lane));
    const { prewarm, useMs } = this.#options.limits;
    const end = (): void => {
      this.#inUse.delete(lane);
      this.#options.retire(lane);
    };
    this.#inUse.set(lane, prewarm === 'whileInUse' ? setTimeout(end, useMs).unref() : undefined);
    this.refill();
  }

  /**
   * A request waits or is on its way to the API, and starting a process now would slow it down.
   * @returns call it when the request has left, or never will; calls after the first do nothing
   */
  hold(): () => void {
    this.#held++;
    clearTimeout(this.#refill);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#held--;
      this.refill();
    };
  }

  /** Starts, soon, the processes that are wanted and missing. */
  refill(): void {
    clearTimeout(this.#refill);
    if (this.#missing.length === 0 || this.#held > 0) return;
    this.#refill = setTimeout(() => void this.#fill(), this.#options.limits.refillMs).unref(); // never rejects
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#refill);
    for (const timer of this.#inUse.values()) clearTimeout(timer);
  }

  get #missing(): Lane[] {
    const lanes: readonly Lane[] = ['chat', 'workspace'];
    return lanes.filter((lane) => this.wants(lane) && !this.#options.isReady(lane));
  }

  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    try {
      for (const lane of this.#missing) if (this.#held === 0) await this.#options.start(lane);
    } catch (error) {
      this.#options.log.debug(`[pool] no process was started ahead: ${String(error)}`);
    } finally {
      this.#filling = false;
    }
  }
}
