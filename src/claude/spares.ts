/**
 * Processes started ahead. The blank one can take any conversation. The foreseen one is already set up like the last
 * new conversation, which saves the next one of its kind a third of the way; it exists only beside a blank one.
 */
import type { ChatRequest } from '../core/chat.js';
import type { Logger } from '../core/log.js';
import type { Member, Slots } from './slots.js';
import { canonicalSetup } from './transcript.js';

/** When spares are kept: `whileInUse` until nobody has asked for a while. */
export type KeepSpares = 'always' | 'whileInUse' | 'never';

export interface SpareLimits {
  readonly keep: KeepSpares;
  /** How long after the last request `whileInUse` keeps them. Milliseconds. */
  readonly useMs: number;
  /** How old one may get, and how often that and the CLI's file are looked at. Milliseconds. */
  readonly ageMs: number;
  readonly checkMs: number;
  /** How long after a request has left for the API they are replaced. Milliseconds. */
  readonly refillMs: number;
}

export interface SpareOptions {
  readonly limits: SpareLimits;
  readonly slots: Slots;
  /** Gives up a slot for a blank spare, where that is worth it. */
  readonly makeRoom: () => void;
  readonly fingerprint: () => Promise<string>;
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** A spare that dies younger than this is not replaced before the next request: the next one would die too. */
const INFANCY_MS = 5000;

export class Spares {
  readonly #options: SpareOptions;
  #blank: Member | undefined;
  #foreseen: Member | undefined;
  /** A request like those foreseen; its conversation is empty. */
  #pattern: ChatRequest | undefined;
  #inUse = false;
  #filling = false;
  /** Something changed while they were being replaced. */
  #again = false;
  #closed = false;
  /** Requests that have not left for the API yet. */
  #held = 0;
  #refill: NodeJS.Timeout | undefined;
  #disuse: NodeJS.Timeout | undefined;
  readonly #check: NodeJS.Timeout;

  constructor(options: SpareOptions) {
    this.#options = options;
    this.#check = setInterval(() => void this.#inspect(), options.limits.checkMs).unref(); // never rejects
  }

  /** The best spare for a request set up like this; it is the caller's from now on. */
  take(setup: string): Member | undefined {
    const foreseen = this.#foreseen;
    if (foreseen?.conversation.isPreparedFor(setup) !== true) return this.takeBlank();
    this.#foreseen = undefined;
    return foreseen;
  }

  takeBlank(): Member | undefined {
    const blank = this.#blank;
    this.#blank = undefined;
    return blank?.conversation.state === 'fresh' ? blank : undefined;
  }

  /** Keeps a blank process where one is wanted, ends it otherwise. */
  keep(member: Member): void {
    if (this.#wanted && this.#blank === undefined && member.conversation.state === 'fresh') {
      this.#blank = member;
      this.#options.slots.announce();
    } else void member.conversation.end(); // never rejects
  }

  /** The spare to end first when room is needed. */
  get leastUseful(): Member | undefined {
    return this.#foreseen ?? this.#blank;
  }

  /** Somebody asks: spares are wanted. @param started the request, where it began a conversation */
  use(started?: ChatRequest): void {
    if (started !== undefined) this.#pattern = { ...started, messages: [] };
    this.#inUse = true;
    clearTimeout(this.#disuse);
    if (this.#options.limits.keep === 'whileInUse') {
      this.#disuse = setTimeout(() => this.#retire(), this.#options.limits.useMs).unref();
    }
    this.refill();
  }

  /**
   * A request waits or is on its way to the API, and starting a process now would slow it down.
   * @returns tells that it has left; calls after the first do nothing
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

  /** A process is gone; it may have been a spare, or has made room for one. */
  forget(member: Member): void {
    const spare = member === this.#blank || member === this.#foreseen;
    if (member === this.#blank) this.#blank = undefined;
    if (member === this.#foreseen) this.#foreseen = undefined;
    if (!spare || this.#options.clock() - member.startedAt > INFANCY_MS) this.refill();
  }

  /** Ends spares of another version of the CLI. */
  dropStale(fingerprint: string): void {
    for (const spare of [this.#blank, this.#foreseen]) {
      if (spare !== undefined && spare.fingerprint !== fingerprint) this.drop(spare);
    }
  }

  drop(spare: Member): void {
    this.forget(spare);
    void spare.conversation.end(); // never rejects
  }

  /** Starts, soon, the spares that are wanted and missing, where there is room or it can be made. */
  refill(): void {
    clearTimeout(this.#refill);
    if (!this.#wanted || this.#held > 0) return;
    this.#refill = setTimeout(() => void this.#fill(), this.#options.limits.refillMs).unref(); // never rejects
  }

  /** No spare is started any more. Those alive are the slots' to end. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#refill);
    clearTimeout(this.#disuse);
    clearInterval(this.#check);
  }

  get #wanted(): boolean {
    const { keep } = this.#options.limits;
    return !this.#closed && keep !== 'never' && (keep === 'always' || this.#inUse);
  }

  #retire(): void {
    this.#inUse = false;
    clearTimeout(this.#refill);
    for (const spare of [this.#blank, this.#foreseen]) if (spare !== undefined) this.drop(spare);
  }

  async #fill(): Promise<void> {
    if (!this.#wanted) return;
    if (this.#filling) {
      this.#again = true;
      return;
    }
    this.#filling = true;
    try {
      const { slots } = this.#options;
      if (this.#blank === undefined) {
        if (slots.free) this.keep(await slots.open());
        else this.#options.makeRoom();
      }
      const pattern = this.#pattern;
      if (pattern === undefined || !this.#wanted || this.#blank === undefined) return;
      if (this.#foreseen?.conversation.isPreparedFor(canonicalSetup(pattern)) === true) return;
      await this.#giveUpForeseen();
      if (this.#held === 0 && slots.free) this.#foresee(await slots.open(), pattern);
    } catch (error) {
      this.#options.log.debug(`[pool] no spare: ${String(error)}`);
    } finally {
      this.#filling = false;
      if (this.#again) this.refill();
      this.#again = false;
    }
  }

  /** Its slot is free only when it is gone. */
  async #giveUpForeseen(): Promise<void> {
    const member = this.#foreseen;
    if (member === undefined) return;
    this.#foreseen = undefined;
    await member.conversation.end();
  }

  #foresee(member: Member, pattern: ChatRequest): void {
    if (!this.#wanted) {
      void member.conversation.end(); // never rejects
      return;
    }
    member.conversation.prepare(pattern, true);
    this.#foreseen = member;
    this.#options.slots.announce();
  }

  /** Replaces what has become old, or stale because the CLI was updated while nobody asked. */
  async #inspect(): Promise<void> {
    if (this.#blank === undefined && this.#foreseen === undefined) return;
    const fingerprint = await this.#options.fingerprint().catch(() => '');
    this.dropStale(fingerprint);
    for (const spare of [this.#blank, this.#foreseen]) {
      if (spare === undefined) continue;
      if (this.#options.clock() - spare.startedAt > this.#options.limits.ageMs) this.drop(spare);
    }
    this.refill();
  }
}
