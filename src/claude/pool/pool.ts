/**
 * Which process answers a request: one whose conversation it continues, a spare, or a new one. No request ever gets a
 * process that has seen anything but the request's own history, compared whole.
 */
import type { ChatRequest, Lane } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import { refuseAborted } from '../conversation/channel.js';
import type { Conversation } from '../conversation/conversation.js';
import { ProcessLimit, type PooledProcess } from './processLimit.js';
import { WarmProcesses, type WarmProcessLimits } from './warmProcesses.js';
import { canonicalSetup, canonicalTurn, toTurns } from '../conversation/transcript.js';

export interface PoolLimits {
  /** Processes alive at once, spares included. */
  readonly processes: number;
  /** How long a conversation waits for its next turn. Milliseconds. */
  readonly idleMs: number;
  readonly spares: WarmProcessLimits;
}

export interface PoolOptions {
  readonly limits: PoolLimits;
  /** A fresh conversation in a new process of that lane. @throws ChatError */
  readonly start: (lane: Lane) => Promise<PooledProcess>;
  /** Of the CLI's file. @throws ChatError when there is no usable CLI */
  readonly fingerprint: () => Promise<string>;
  /** Of the project's files that a process of that lane reads when it starts. */
  readonly project: (lane: Lane) => Promise<string>;
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** A conversation whose last turn is no older than this is being talked in: its next turn is worth more than a spare. */
const IN_TALK_MS = 60_000;

/** What answers a request. */
export interface Taken {
  readonly conversation: Conversation;
  /** Its process was started before the request came. */
  readonly waited: boolean;
}

/** What ends a conversation that waits, and since when it has. */
interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly since: number;
}

/** Timers take no more than 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Pool {
  readonly #options: PoolOptions;
  readonly #slots: ProcessLimit;
  readonly #spares: WarmProcesses;
  readonly #members = new Map<Conversation, PooledProcess>();
  /** Conversations that wait for their next turn, each with what ends it. Least recently used first. */
  readonly #idle = new Map<PooledProcess, Waiting>();
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#slots = new ProcessLimit(options.limits.processes, options.start, (member) => this.#forget(member));
    this.#spares = new WarmProcesses({
      limits: options.limits.spares,
      slots: this.#slots,
      makeRoom: () => this.#giveUpOldest(),
      origin: async (lane) => ({
        cli: await options.fingerprint(),
        project: await options.project(lane),
      }),
      clock: options.clock,
      log: options.log,
    });
  }

  /** Processes alive now. */
  get size(): number {
    return this.#slots.size;
  }

  /**
   * No spare is started while a request waits or is on its way to the API: that would slow it down.
   * @returns tells that it has left, or never will; calls after the first do nothing
   */
  hold(): () => void {
    return this.#spares.hold();
  }

  /**
   * The conversation that is to answer this request. The caller asks it once and then gives it back.
   * @param anew whether it must be in a process that did not wait
   * @throws ChatError when no process can be had, or the client went away first
   */
  async take(request: ChatRequest, signal: AbortSignal, anew = false): Promise<Taken> {
    const { lane } = request;
    const cli = await this.#options.fingerprint();
    // A conversation under way knows its project; another version of the CLI is another matter.
    for (const member of this.#idle.keys()) if (member.origin.cli !== cli) this.#giveUp(member);
    const setup = canonicalSetup(request);
    const earlier = toTurns(request.messages).slice(0, -1).map(canonicalTurn);
    const waiting = anew ? undefined : this.#takeIdle(setup, earlier);
    if (waiting !== undefined) {
      this.#spares.use(lane);
      return { conversation: waiting.conversation, waited: true };
    }
    this.#spares.dropStale(lane, { cli, project: await this.#options.project(lane) });
    const spare = (): PooledProcess | undefined => (anew ? undefined : this.#spares.take(lane, setup));
    const asked = this.#options.clock();
    const member = spare() ?? (await this.#open(lane, spare, signal));
    this.#spares.use(lane, request);
    this.#members.set(member.conversation, member);
    return { conversation: member.conversation, waited: member.startedAt < asked };
  }

  /**
   * After its turn a conversation waits for the next one or, when it cannot have one, ends. One that was not asked
   * after all is as good as a spare.
   * @param keepMs how long; `undefined` for the usual time
   */
  giveBack(conversation: Conversation, keepMs = this.#options.limits.idleMs): void {
    const member = this.#members.get(conversation);
    if (member !== undefined && conversation.state === 'fresh') {
      this.#members.delete(conversation);
      this.#spares.keep(member);
      return;
    }
    if (member === undefined || this.#closed || keepMs <= 0 || conversation.state !== 'idle') {
      void conversation.end(); // never rejects
      return;
    }
    const end = (): void => this.#giveUp(member);
    const timer = setTimeout(end, Math.min(keepMs, LONGEST_TIMER_MS)).unref();
    this.#idle.set(member, { timer, since: this.#options.clock() });
    this.#slots.announce();
    this.#spares.refill();
  }

  /** A blank process of the chat lane for a question that leaves it blank. It becomes a spare. */
  async withBlank<T>(ask: (conversation: Conversation) => Promise<T>): Promise<T> {
    const blank = (): PooledProcess | undefined => this.#spares.takeBlank('chat');
    const member = blank() ?? (await this.#open('chat', blank));
    let answered = false;
    try {
      const answer = await ask(member.conversation);
      answered = true;
      return answer;
    } finally {
      this.#spares.use('chat');
      if (answered) this.#spares.keep(member);
      else this.#giveUp(member);
    }
  }

  /** Ends every process in a bounded time, and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#spares.close();
    for (const { timer } of this.#idle.values()) clearTimeout(timer);
    await this.#slots.close();
  }

  /** The last resort when this program exits. */
  terminateNow(): void {
    this.#slots.terminateNow();
  }

  #takeIdle(setup: string, earlier: readonly string[]): PooledProcess | undefined {
    for (const [member, { timer }] of this.#idle) {
      if (member.conversation.continues(setup, earlier)) {
        clearTimeout(timer);
        this.#idle.delete(member);
        return member;
      }
    }
    return undefined;
  }

  /**
   * A new process of that lane, in the place of the least useful one where there is no room.
   * @param spare gives one that will do as well, should it turn up
   */
  async #open(
    lane: Lane,
    spare: () => PooledProcess | undefined,
    signal?: AbortSignal,
  ): Promise<PooledProcess> {
    this.#opening++;
    try {
      while (!this.#slots.free) {
        if (this.#slots.leaving < this.#opening) this.#makeRoom();
        await this.#slots.changed();
        refuseAborted(signal);
        const turnedUp = spare();
        if (turnedUp !== undefined) return turnedUp;
      }
      return await this.#slots.open(lane);
    } finally {
      this.#opening--;
    }
  }

  #makeRoom(): void {
    const [oldest] = this.#idle.keys();
    const spare = this.#spares.leastUseful;
    if (oldest !== undefined) this.#giveUp(oldest);
    else if (spare !== undefined) this.#spares.drop(spare);
  }

  /** The blank spare serves everybody, the conversation that has waited longest hardly anybody, if another one stays. */
  #giveUpOldest(): void {
    const [oldest] = this.#idle;
    if (oldest === undefined || this.#idle.size < 2 || this.#slots.leaving > 0) return;
    const [member, { since }] = oldest;
    if (this.#options.clock() - since > IN_TALK_MS) this.#giveUp(member);
  }

  #giveUp(member: PooledProcess): void {
    clearTimeout(this.#idle.get(member)?.timer);
    this.#idle.delete(member);
    void member.conversation.end(); // never rejects
  }

  #forget(member: PooledProcess): void {
    clearTimeout(this.#idle.get(member)?.timer);
    this.#idle.delete(member);
    this.#members.delete(member.conversation);
    this.#spares.forget(member);
  }
}
