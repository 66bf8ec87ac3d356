/** The processes of the backend. The pool lends one to each request, chosen by the policy, and takes it back. */
import type { ChatRequest, Lane } from '../../core/chat.js';
import { throwIfAborted } from '../conversation/channel.js';
import { setupFor } from '../conversation/processSetup.js';
import { turnsOf } from '../conversation/transcript.js';
import { IdleTimers } from './idleTimers.js';
import { chooseProcess } from './policy.js';
import type { PooledConversation } from './pooledConversation.js';
import { PoolView, type ProcessCandidate } from './poolView.js';
import type { PoolOptions } from './poolOptions.js';
import { Prewarmer } from './prewarmer.js';
import { ProcessLimit, type Origin, type PooledProcess } from './processLimit.js';
import { isEmpty, isReady, isSameOrigin, isStale } from './reuse.js';

/** A conversation that is lent to a request. */
export interface Lease {
  readonly conversation: PooledConversation;
  /** Whether its process was started before the request arrived. */
  readonly prestarted: boolean;
}

/** A process that exits sooner is not replaced before the next request: its replacement would probably exit too. */
const MIN_LIFETIME_MS = 5000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #limit: ProcessLimit;
  readonly #prewarmer: Prewarmer;
  readonly #view: PoolView;
  readonly #processes = new Map<PooledConversation, PooledProcess>();
  /** Processes that are lent to a request. */
  readonly #lent = new WeakSet<PooledProcess>();
  readonly #idleTimers = new IdleTimers();
  readonly #check: NodeJS.Timeout;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { limits, log } = options;
    this.#view = new PoolView(options.clock, options.payer);
    this.#limit = new ProcessLimit(limits.processes, options.start, (pooled) => this.#forget(pooled));
    this.#prewarmer = new Prewarmer({
      limits,
      isReady: (lane) => this.#withoutConversation(lane).some(isReady),
      start: (lane) => this.#prewarm(lane),
      endReady: (lane, keep) =>
        this.#withoutConversation(lane)
          .slice(keep)
          .forEach((pooled) => this.#end(pooled)),
      log,
    });
    this.#check = setInterval(() => void this.#endAllStale(), limits.checkMs).unref(); // never rejects
  }

  /** The number of live processes. */
  get size(): number {
    return this.#limit.size;
  }

  /** See `Prewarmer.delay`. */
  delayPrewarming(): () => void {
    return this.#prewarmer.delay();
  }

  /**
   * Chooses the conversation that answers this request. The caller uses it for one turn and then gives it back.
   * @param fresh whether the process must be a new one
   * @throws ChatError if no process can be started, or the client disconnects first
   */
  async take(request: ChatRequest, signal: AbortSignal, { fresh }: { fresh: boolean }): Promise<Lease> {
    const { lane } = request;
    const origin = await this.#options.origin(lane);
    this.#endStale(lane, origin);
    const requestedAt = this.#options.clock();
    const setup = setupFor(request);
    const turns = turnsOf(request).slice(0, -1);
    const toCandidate = (pooled: PooledProcess): ProcessCandidate =>
      fresh
        ? this.#view.unfit(pooled)
        : this.#view.candidate(pooled, { setup, turns, current: isSameOrigin(pooled.origin, origin) });
    const pooled = await this.#choose(lane, toCandidate, signal);
    this.#view.recordRequest(pooled, request, setup);
    this.#prewarmer.recordUse(lane);
    return { conversation: pooled.conversation, prestarted: pooled.startedAt < requestedAt };
  }

  /**
   * Takes a conversation back after its turn: it stays idle for a next turn, or its process is emptied or ended.
   * @param keepMs how long it may stay idle; `undefined` for the usual time
   */
  giveBack(conversation: PooledConversation, keepMs = this.#options.limits.idleMs): void {
    const pooled = this.#processes.get(conversation);
    if (pooled === undefined) return;
    this.#lent.delete(pooled);
    if (this.#closed || conversation.state === 'spent') this.#end(pooled);
    else if (conversation.state === 'idle' && keepMs > 0) {
      this.#idleTimers.start(pooled, keepMs, () => void this.#empty(pooled)); // never rejects
      this.#limit.notifyChange();
    } else void this.#empty(pooled); // never rejects
    this.#prewarmer.refill();
  }

  /** Lends an empty process of the chat lane for a control request that leaves it empty. */
  async withEmpty<T>(use: (conversation: PooledConversation) => Promise<T>): Promise<T> {
    const [ready] = this.#withoutConversation('chat');
    const pooled = ready ? this.#lend(ready) : await this.#choose('chat', (other) => this.#view.unfit(other));
    try {
      return await use(pooled.conversation);
    } catch (error) {
      this.#end(pooled);
      throw error;
    } finally {
      this.#prewarmer.recordUse('chat');
      this.giveBack(pooled.conversation);
    }
  }

  /** Ends every process in a bounded time. Later requests are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#check);
    this.#prewarmer.close();
    this.#idleTimers.close();
    await this.#limit.close();
  }

  /** Terminates every process at once, without waiting: for use while this program exits. */
  terminateNow(): void {
    this.#limit.terminateNow();
  }

  /** The processes that are not lent. */
  get #available(): PooledProcess[] {
    return [...this.#processes.values()].filter((pooled) => !this.#lent.has(pooled));
  }

  /** The available processes of this lane that hold no conversation. */
  #withoutConversation(lane: Lane): PooledProcess[] {
    return this.#available.filter((pooled) => pooled.lane === lane && isEmpty(pooled));
  }

  async #choose(
    lane: Lane,
    toCandidate: (pooled: PooledProcess) => ProcessCandidate,
    signal?: AbortSignal,
  ): Promise<PooledProcess> {
    const prewarm = this.#options.limits.prewarm !== 'never';
    for (;;) {
      throwIfAborted(signal);
      const candidates = this.#available.map(toCandidate);
      const room = this.#limit.free;
      const ending = this.#limit.ending > 0;
      const choice = chooseProcess(candidates, { lane, room, ending, prewarm });
      switch (choice.kind) {
        case 'use':
          return this.#lend(choice.candidate.pooled);
        case 'start':
          return this.#open(lane);
        case 'end':
          this.#end(choice.candidate.pooled);
          break;
        case 'wait':
          break;
      }
      await this.#limit.changed();
    }
  }

  /** Starts a process and lends it. */
  async #open(lane: Lane): Promise<PooledProcess> {
    const pooled = await this.#limit.open(lane);
    // A process that has exited meanwhile is forgotten already.
    if (pooled.conversation.process.alive) this.#processes.set(pooled.conversation, pooled);
    return this.#lend(pooled);
  }

  async #prewarm(lane: Lane): Promise<void> {
    if (!this.#limit.free) return;
    const pooled = await this.#open(lane);
    pooled.conversation.warmUp();
    this.giveBack(pooled.conversation);
  }

  #lend(pooled: PooledProcess): PooledProcess {
    this.#idleTimers.stop(pooled);
    this.#lent.add(pooled);
    return pooled;
  }

  /** Makes a process ready for another conversation, or ends it if none is needed. */
  async #empty(pooled: PooledProcess): Promise<void> {
    const { conversation, lane } = pooled;
    this.#idleTimers.stop(pooled);
    await conversation.empty();
    const empty = this.#withoutConversation(lane);
    const keep = isEmpty(pooled) && empty.length <= this.#prewarmer.readyLimit(lane);
    if (!keep || this.#closed || (await this.#options.mustReplace(conversation))) {
      if (!this.#lent.has(pooled)) this.#end(pooled);
    }
    this.#limit.notifyChange();
  }

  /** Ends the stale processes that are not lent. */
  #endStale(lane: Lane, origin: Origin): void {
    for (const pooled of this.#available)
      if (pooled.lane === lane && isStale(pooled, origin)) this.#end(pooled);
  }

  /** Ends processes that became stale while there were no requests. */
  async #endAllStale(): Promise<void> {
    for (const lane of new Set([...this.#processes.values()].map((pooled) => pooled.lane))) {
      const origin = await this.#options.origin(lane).catch(() => undefined);
      if (origin !== undefined) this.#endStale(lane, origin);
    }
    this.#prewarmer.refill();
  }

  #end(pooled: PooledProcess): void {
    this.#idleTimers.stop(pooled);
    void pooled.conversation.end(); // never rejects
  }

  #forget(pooled: PooledProcess): void {
    this.#idleTimers.stop(pooled);
    this.#processes.delete(pooled.conversation);
    this.#lent.delete(pooled);
    if (this.#options.clock() - pooled.startedAt > MIN_LIFETIME_MS) this.#prewarmer.refill();
  }
}
