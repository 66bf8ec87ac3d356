/**
 * Processes started ahead. A blank one can take any conversation of its lane; there is one for each lane that is in use.
 * The foreseen one is already set up like the last new conversation, which saves the next one of its kind a third of the
 * way; it exists only beside a blank one.
 */
import type { ChatRequest, Lane } from '../../core/chat.js';
import type { Prewarm } from '../../core/cliBackend.js';
import type { Logger } from '../../core/log.js';
import type { PooledProcess, Origin, ProcessLimit } from './processLimit.js';
import { canonicalSetup } from '../conversation/transcript.js';

export interface WarmProcessLimits {
  readonly keep: Prewarm;
  /** How long after the last request `whileInUse` keeps them. Milliseconds. */
  readonly useMs: number;
  /** How old one may get, and how often that and the CLI's file are looked at. Milliseconds. */
  readonly ageMs: number;
  readonly checkMs: number;
  /** How long after a request has left for the API they are replaced. Milliseconds. */
  readonly refillMs: number;
}

export interface WarmProcessOptions {
  readonly limits: WarmProcessLimits;
  readonly slots: ProcessLimit;
  /** Gives up a slot for a blank spare, where that is worth it. */
  readonly makeRoom: () => void;
  /** What a process of that lane would be started from now. */
  readonly origin: (lane: Lane) => Promise<Origin>;
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** A spare that dies younger than this is not replaced before the next request: the next one would die too. */
const INFANCY_MS = 5000;

export class WarmProcesses {
  readonly #options: WarmProcessOptions;
  readonly #blanks = new Map<Lane, PooledProcess>();
  #foreseen: PooledProcess | undefined;
  /** A request like those foreseen; its conversation is empty. */
  #pattern: ChatRequest | undefined;
  /** Lanes that were asked for lately, each with what ends that. */
  readonly #inUse = new Map<Lane, NodeJS.Timeout | undefined>();
  #filling = false;
  /** Something changed while they were being replaced. */
  #again = false;
  #closed = false;
  /** Requests that have not left for the API yet. */
  #held = 0;
  #refill: NodeJS.Timeout | undefined;
  readonly #check: NodeJS.Timeout;

  constructor(options: WarmProcessOptions) {
    this.#options = options;
    this.#check = setInterval(() => void this.#inspect(), options.limits.checkMs).unref(); // never rejects
  }

  /** The best spare for a request set up like this; it is the caller's from now on. */
  take(lane: Lane, setup: string): PooledProcess | undefined {
    const foreseen = this.#foreseen;
    if (foreseen?.conversation.isPreparedFor(setup) !== true) return this.takeBlank(lane);
    this.#foreseen = undefined;
    return foreseen;
  }

  takeBlank(lane: Lane): PooledProcess | undefined {
    const blank = this.#blanks.get(lane);
    this.#blanks.delete(lane);
    return blank?.conversation.state === 'fresh' ? blank : undefined;
  }

  /** Keeps a blank process where one is wanted, ends it otherwise. */
  keep(member: PooledProcess): void {
    const { lane, conversation } = member;
    if (this.#wants(lane) && !this.#blanks.has(lane) && conversation.state === 'fresh') {
      this.#blanks.set(lane, member);
      this.#options.slots.announce();
    } else void conversation.end(); // never rejects
  }

  /** The spare to end first when room is needed. */
  get leastUseful(): PooledProcess | undefined {
    return this.#all[0];
  }

  /** Somebody asks: spares of that lane are wanted. @param started the request, where it began a conversation */
  use(lane: Lane, started?: ChatRequest): void {
    if (started !== undefined) this.#pattern = { ...started, messages: [] };
    clearTimeout(this.#inUse.get(lane));
    const { keep, useMs } = this.#options.limits;
    const disuse = keep === 'whileInUse' ? setTimeout(() => this.#retire(lane), useMs).unref() : undefined;
    this.#inUse.set(lane, disuse);
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
  forget(member: PooledProcess): void {
    const spare = this.#all.includes(member);
    if (member === this.#blanks.get(member.lane)) this.#blanks.delete(member.lane);
    if (member === this.#foreseen) this.#foreseen = undefined;
    if (!spare || this.#options.clock() - member.startedAt > INFANCY_MS) this.refill();
  }

  /** Ends the spares of that lane that were started from something else. */
  dropStale(lane: Lane, { cli, project }: Origin): void {
    for (const spare of this.#all) {
      const { origin } = spare;
      if (spare.lane === lane && (origin.cli !== cli || origin.project !== project)) this.drop(spare);
    }
  }

  drop(spare: PooledProcess): void {
    this.forget(spare);
    void spare.conversation.end(); // never rejects
  }

  /** Starts, soon, the spares that are wanted and missing, where there is room or it can be made. */
  refill(): void {
    clearTimeout(this.#refill);
    if (this.#wanted.length === 0 || this.#held > 0) return;
    this.#refill = setTimeout(() => void this.#fill(), this.#options.limits.refillMs).unref(); // never rejects
  }

  /** No spare is started any more. Those alive are the slots' to end. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#refill);
    for (const disuse of this.#inUse.values()) clearTimeout(disuse);
    clearInterval(this.#check);
  }

  /** Those alive, the least useful first. */
  get #all(): PooledProcess[] {
    const blanks = [...this.#blanks.values()];
    return this.#foreseen === undefined ? blanks : [this.#foreseen, ...blanks];
  }

  /** The lanes that spares are wanted of: those in use, and the chat lane where it always counts as that. */
  get #wanted(): Lane[] {
    const { keep } = this.#options.limits;
    if (this.#closed || keep === 'never') return [];
    return [...new Set<Lane>([...(keep === 'always' ? ['chat' as const] : []), ...this.#inUse.keys()])];
  }

  #wants(lane: Lane): boolean {
    return this.#wanted.includes(lane);
  }

  #retire(lane: Lane): void {
    this.#inUse.delete(lane);
    for (const spare of this.#all) if (spare.lane === lane) this.drop(spare);
  }

  async #fill(): Promise<void> {
    if (this.#filling) {
      this.#again = true;
      return;
    }
    this.#filling = true;
    try {
      for (const lane of this.#wanted) if (this.#held === 0) await this.#fillBlank(lane);
      await this.#fillForeseen();
    } catch (error) {
      this.#options.log.debug(`[pool] no spare: ${String(error)}`);
    } finally {
      this.#filling = false;
      if (this.#again) this.refill();
      this.#again = false;
    }
  }

  async #fillBlank(lane: Lane): Promise<void> {
    if (this.#blanks.has(lane)) return;
    if (this.#options.slots.free) this.keep(await this.#options.slots.open(lane));
    else this.#options.makeRoom();
  }

  async #fillForeseen(): Promise<void> {
    const { slots } = this.#options;
    const pattern = this.#pattern;
    if (pattern === undefined || !this.#wants(pattern.lane) || !this.#blanks.has(pattern.lane)) return;
    if (this.#foreseen?.conversation.isPreparedFor(canonicalSetup(pattern)) === true) return;
    await this.#giveUpForeseen();
    if (this.#held === 0 && slots.free) this.#foresee(await slots.open(pattern.lane), pattern);
  }

  /** Its slot is free only when it is gone. */
  async #giveUpForeseen(): Promise<void> {
    const member = this.#foreseen;
    if (member === undefined) return;
    this.#foreseen = undefined;
    await member.conversation.end();
  }

  #foresee(member: PooledProcess, pattern: ChatRequest): void {
    if (!this.#wants(member.lane)) {
      void member.conversation.end(); // never rejects
      return;
    }
    member.conversation.prepare(pattern, true);
    this.#foreseen = member;
    this.#options.slots.announce();
  }

  /** Replaces what has become old, or stale because the CLI was updated or the project changed while nobody asked. */
  async #inspect(): Promise<void> {
    for (const lane of new Set(this.#all.map((spare) => spare.lane))) {
      const origin = await this.#options.origin(lane).catch(() => undefined);
      if (origin !== undefined) this.dropStale(lane, origin);
    }
    for (const spare of this.#all) {
      if (this.#options.clock() - spare.startedAt > this.#options.limits.ageMs) this.drop(spare);
    }
    this.refill();
  }
}
