/** Starts processes before they are needed, one for each lane that is in use. */
import type { Lane } from '../../core/chat.js';
import type { Prewarm } from '../../core/cliBackend.js';
import type { Logger } from '../../core/log.js';

export interface PrewarmLimits {
  readonly prewarm: Prewarm;
  /** How long after the last request `whileInUse` keeps all processes. Milliseconds. */
  readonly useMs: number;
  /** How long after the last request `whileInUse` keeps a few processes of the chat lane. Milliseconds. */
  readonly pauseMs: number;
  /** How long after a request was sent to the API the next process is started. Milliseconds. */
  readonly refillMs: number;
}

export interface PrewarmerOptions {
  readonly limits: PrewarmLimits;
  /** Whether a process of this lane is ready. */
  readonly isReady: (lane: Lane) => boolean;
  /** Starts a process of this lane if there is room. @throws ChatError */
  readonly start: (lane: Lane) => Promise<void>;
  /** Ends the ready processes of this lane, except this many. */
  readonly endReady: (lane: Lane, keep: number) => void;
  readonly log: Logger;
}

/** Enough for a client that sends its title request and its chat together. */
const READY_DURING_PAUSE = 2;

/** How a lane is used, and the timer that changes it. */
interface Use {
  readonly kind: 'inUse' | 'pausing';
  readonly timer: NodeJS.Timeout | undefined;
}

export class Prewarmer {
  readonly #options: PrewarmerOptions;
  readonly #uses = new Map<Lane, Use>();
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

  /** How many processes of this lane may be kept ready now. If any, one is started ahead. */
  readyLimit(lane: Lane): number {
    const { prewarm } = this.#options.limits;
    if (this.#closed || prewarm === 'never') return 0;
    if (prewarm === 'always' && lane === 'chat') return Infinity;
    const use = this.#uses.get(lane);
    if (use === undefined) return 0;
    return use.kind === 'inUse' ? Infinity : READY_DURING_PAUSE;
  }

  /** Records a request of this lane. */
  recordUse(lane: Lane): void {
    clearTimeout(this.#uses.get(lane)?.timer);
    const { prewarm, useMs, pauseMs } = this.#options.limits;
    const end = (): void => {
      this.#uses.delete(lane);
      this.#options.endReady(lane, 0);
    };
    const pause = (): void => {
      this.#uses.set(lane, { kind: 'pausing', timer: setTimeout(end, pauseMs - useMs).unref() });
      this.#options.endReady(lane, READY_DURING_PAUSE);
    };
    const timer =
      prewarm === 'whileInUse' ? setTimeout(lane === 'chat' ? pause : end, useMs).unref() : undefined;
    this.#uses.set(lane, { kind: 'inUse', timer });
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
    for (const { timer } of this.#uses.values()) clearTimeout(timer);
  }

  get #missing(): Lane[] {
    const lanes: readonly Lane[] = ['chat', 'workspace'];
    return lanes.filter((lane) => this.readyLimit(lane) > 0 && !this.#options.isReady(lane));
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
