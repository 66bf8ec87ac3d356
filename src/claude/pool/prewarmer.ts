/** Starts processes before they are needed, one for each lane that is in use. */
import type { Lane } from '../../core/chat.js';
import type { Prewarm } from '../../core/cliBackend.js';
import type { Logger } from '../../core/log.js';

export interface PrewarmLimits {
  readonly prewarm: Prewarm;
  /** How long after the last request `whileInUse` keeps a process ready. Milliseconds. */
  readonly useMs: number;
  /** How long after a request was sent to the API the next process is started. Milliseconds. */
  readonly refillMs: number;
}

export interface PrewarmerOptions {
  readonly limits: PrewarmLimits;
  /** Whether a process of this lane is ready. */
  readonly isReady: (lane: Lane) => boolean;
  /** Starts a process of this lane if there is room. @throws ChatError */
  readonly start: (lane: Lane) => Promise<void>;
  /** Ends the ready processes of this lane. */
  readonly endReady: (lane: Lane) => void;
  readonly log: Logger;
}

export class Prewarmer {
  readonly #options: PrewarmerOptions;
  /** The lanes in use, each with the timer that ends its use. */
  readonly #inUse = new Map<Lane, NodeJS.Timeout | undefined>();
  /** The number of requests that were not sent to the API yet. */
  #unsent = 0;
  #filling = false;
  /** Processes were wanted again while others were being started. */
  #fillAgain = false;
  #closed = false;
  #refill: NodeJS.Timeout | undefined;

  constructor(options: PrewarmerOptions) {
    this.#options = options;
  }

  /** Whether a process of this lane must be kept ready now. */
  wants(lane: Lane): boolean {
    const { prewarm } = this.#options.limits;
    if (this.#closed || prewarm === 'never') return false;
    return (prewarm === 'always' && lane === 'chat') || this.#inUse.has(lane);
  }

  /** Records a request of this lane. */
  recordUse(lane: Lane): void {
    clearTimeout(this.#inUse.get(lane));
    const { prewarm, useMs } = this.#options.limits;
    const end = (): void => {
      this.#inUse.delete(lane);
      this.#options.endReady(lane);
    };
    this.#inUse.set(lane, prewarm === 'whileInUse' ? setTimeout(end, useMs).unref() : undefined);
    this.refill();
  }

  /**
   * Delays starts while a request is being prepared: starting a process now would slow it down.
   * @returns a function that ends the delay; calls after the first do nothing
   */
  delay(): () => void {
    this.#unsent++;
    clearTimeout(this.#refill);
    let isDelaying = true;
    return () => {
      if (!isDelaying) return;
      isDelaying = false;
      this.#unsent--;
      this.refill();
    };
  }

  /** Schedules the start of missing processes. */
  refill(): void {
    clearTimeout(this.#refill);
    if (this.#missing.length === 0 || this.#unsent > 0) return;
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
    if (this.#filling) {
      this.#fillAgain = true;
      return;
    }
    this.#filling = true;
    this.#fillAgain = false;
    try {
      for (const lane of this.#missing) if (this.#unsent === 0) await this.#options.start(lane);
    } catch (error) {
      this.#options.log.debug(`[pool] prewarming failed: ${String(error)}`);
    } finally {
      this.#filling = false;
      if (this.#fillAgain) this.refill();
    }
  }
}
