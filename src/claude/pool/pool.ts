/** The processes of the backend: gives each request one, by the policy, and takes it back. */
import type { ChatRequest, Lane } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import { refuseAborted } from '../conversation/channel.js';
import type { Conversation } from '../conversation/conversation.js';
import { setupFor } from '../conversation/processSetup.js';
import { toTurns } from '../conversation/transcript.js';
import { chooseProcess } from './policy.js';
import { PoolView, type ProcessCandidate } from './poolView.js';
import { Prewarmer, type PrewarmLimits } from './prewarmer.js';
import { ProcessLimit, type Origin, type PooledProcess } from './processLimit.js';

export interface PoolLimits extends PrewarmLimits {
  /** Processes alive at once. */
  readonly processes: number;
  /** How long a conversation waits for its next turn. Milliseconds. */
  readonly idleMs: number;
  /** How often processes that are ready are compared with what they would be started from now. Milliseconds. */
  readonly checkMs: number;
}

export interface PoolOptions {
  readonly limits: PoolLimits;
  /** A new process of that lane. @throws ChatError */
  readonly start: (lane: Lane) => Promise<PooledProcess>;
  /** What a process of that lane would be started from now. @throws ChatError when there is no usable CLI */
  readonly origin: (lane: Lane) => Promise<Origin>;
  /** Whether a process should not serve another conversation: it has grown too large. Never rejects. */
  readonly isWornOut: (conversation: Conversation) => Promise<boolean>;
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** What answers a request. */
export interface Taken {
  readonly conversation: Conversation;
  /** Its process was started before the request came. */
  readonly waited: boolean;
}

/** Timers take no more than 31 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A process that dies younger than this is not replaced before the next request: the next one would die too. */
const INFANCY_MS = 5000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #limit: ProcessLimit;
  readonly #prewarmer: Prewarmer;
  readonly #view: PoolView;
  readonly #members = new Map<Conversation, PooledProcess>();
  /** Processes that were given to a request. */
  readonly #taken = new Set<PooledProcess>();
  /** What ends the wait of a conversation for its next turn. */
  readonly #idleTimers = new Map<PooledProcess, NodeJS.Timeout>();
  readonly #check: NodeJS.Timeout;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { limits, log } = options;
    this.#view = new PoolView(options.clock);
    this.#limit = new ProcessLimit(limits.processes, options.start, (member) => this.#forget(member));
    this.#prewarmer = new Prewarmer({
      limits,
      isReady: (lane) => this.#ready(lane).length > 0,
      start: (lane) => this.#startAhead(lane),
      retire: (lane) => this.#ready(lane).forEach((member) => this.#end(member)),
      log,
    });
    this.#check = setInterval(() => void this.#inspect(), limits.checkMs).unref(); // never rejects
  }

  /** Processes alive now. */
  get size(): number {
    return this.#limit.size;
  }

  /** See `Prewarmer.hold`. */
  hold(): () => void {
    return this.#prewarmer.hold();
  }

  /**
   * The conversation that is to answer this request. The caller asks it once and then gives it back.
   * @throws ChatError when no process can be had, or the client went away first
   */
  async take(request: ChatRequest, signal: AbortSignal, { anew }: { anew: boolean }): Promise<Taken> {
    const { lane } = request;
    const origin = await this.#options.origin(lane);
    this.#endStale(lane, origin);
    const asked = this.#options.clock();
    const setup = setupFor(request);
    const turns = toTurns(request.messages).slice(0, -1);
    const see = (member: PooledProcess): ProcessCandidate =>
      anew
        ? this.#view.unfit(member)
        : this.#view.of(member, { setup, turns, current: isCurrent(member.origin, origin) });
    const member = await this.#choose(lane, see, signal);
    this.#view.note(member, request, setup);
    this.#prewarmer.use(lane);
    return { conversation: member.conversation, waited: member.startedAt < asked };
  }

  /**
   * After its turn a conversation waits for its next one, or its process is emptied, or ends.
   * @param keepMs how long it waits; `undefined` for the usual time
   */
  giveBack(conversation: Conversation, keepMs = this.#options.limits.idleMs): void {
    const member = this.#members.get(conversation);
    if (member === undefined) return;
    this.#taken.delete(member);
    if (this.#closed || conversation.state === 'spent') this.#end(member);
    else if (conversation.state === 'idle' && keepMs > 0) {
      const end = (): void => void this.#empty(member); // never rejects
      this.#idleTimers.set(member, setTimeout(end, Math.min(keepMs, MAX_TIMER_MS)).unref());
      this.#limit.announce();
    } else void this.#empty(member); // never rejects
    this.#prewarmer.refill();
  }

  /** Lends an empty process of the chat lane for a question that leaves it empty. */
  async withEmpty<T>(ask: (conversation: Conversation) => Promise<T>): Promise<T> {
    const [ready] = this.#ready('chat');
    const member = ready
      ? this.#lend(ready)
      : await this.#choose('chat', (candidate) => this.#view.unfit(candidate));
    try {
      return await ask(member.conversation);
    } catch (error) {
      this.#end(member);
      throw error;
    } finally {
      this.#prewarmer.use('chat');
      this.giveBack(member.conversation);
    }
  }

  /** Ends every process in a bounded time, and takes no more requests. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#check);
    this.#prewarmer.close();
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
    await this.#limit.close();
  }

  /** The last resort when this program exits. */
  terminateNow(): void {
    this.#limit.terminateNow();
  }

  /** Processes that can take any conversation of that lane. */
  #ready(lane: Lane): PooledProcess[] {
    return [...this.#members.values()].filter((member) => {
      const { state } = member.conversation;
      return member.lane === lane && !this.#taken.has(member) && (state === 'empty' || state === 'new');
    });
  }

  async #choose(
    lane: Lane,
    see: (member: PooledProcess) => ProcessCandidate,
    signal?: AbortSignal,
  ): Promise<PooledProcess> {
    const prewarm = this.#options.limits.prewarm !== 'never';
    for (;;) {
      refuseAborted(signal);
      const candidates = [...this.#members.values()].filter((member) => !this.#taken.has(member)).map(see);
      const room = this.#limit.free;
      const leaving = this.#limit.leaving > 0;
      const choice = chooseProcess(candidates, { lane, room, leaving, prewarm });
      switch (choice.kind) {
        case 'use':
          return this.#lend(choice.candidate.member);
        case 'start':
          return this.#open(lane);
        case 'end':
          this.#end(choice.candidate.member);
          break;
        case 'wait':
          break;
      }
      await this.#limit.changed();
    }
  }

  /** Starts a process, which no other request gets before it is given back. */
  async #open(lane: Lane): Promise<PooledProcess> {
    const member = await this.#limit.open(lane);
    this.#members.set(member.conversation, member);
    return this.#lend(member);
  }

  async #startAhead(lane: Lane): Promise<void> {
    if (!this.#limit.free) return;
    const member = await this.#open(lane);
    member.conversation.warmUp();
    this.giveBack(member.conversation);
  }

  #lend(member: PooledProcess): PooledProcess {
    this.#stopTimer(member);
    this.#taken.add(member);
    return member;
  }

  /** Makes a process ready for another conversation, where it can be used for one. */
  async #empty(member: PooledProcess): Promise<void> {
    const { conversation, lane } = member;
    this.#stopTimer(member);
    await conversation.empty();
    const isReady = conversation.state === 'empty' || conversation.state === 'new';
    const keep = isReady && this.#prewarmer.wants(lane);
    if (!keep || this.#closed || (await this.#options.isWornOut(conversation))) {
      if (!this.#taken.has(member)) this.#end(member);
    }
    this.#limit.announce();
  }

  /** Ends the processes that are not in use and were started from something else. */
  #endStale(lane: Lane, origin: Origin): void {
    for (const member of this.#members.values()) {
      if (member.lane !== lane || this.#taken.has(member)) continue;
      // A conversation goes on with the project and the date that it knows, but not with another version of the CLI.
      const goesOn = member.conversation.state === 'idle' && member.origin.cli === origin.cli;
      if (!goesOn && !isCurrent(member.origin, origin)) this.#end(member);
    }
  }

  /** Ends what has become stale while there were no requests. */
  async #inspect(): Promise<void> {
    for (const lane of new Set([...this.#members.values()].map((member) => member.lane))) {
      const origin = await this.#options.origin(lane).catch(() => undefined);
      if (origin !== undefined) this.#endStale(lane, origin);
    }
    this.#prewarmer.refill();
  }

  #stopTimer(member: PooledProcess): void {
    clearTimeout(this.#idleTimers.get(member));
    this.#idleTimers.delete(member);
  }

  #end(member: PooledProcess): void {
    this.#stopTimer(member);
    void member.conversation.end(); // never rejects
  }

  #forget(member: PooledProcess): void {
    this.#stopTimer(member);
    this.#members.delete(member.conversation);
    this.#taken.delete(member);
    if (this.#options.clock() - member.startedAt > INFANCY_MS) this.#prewarmer.refill();
  }
}

/** Whether a process was started from what it would be started from now. */
function isCurrent(own: Origin, now: Origin): boolean {
  return own.cli === now.cli && own.project === now.project && own.day === now.day;
}
