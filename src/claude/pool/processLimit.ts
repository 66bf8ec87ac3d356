/** Limits the number of live processes. A process counts from before its start until it has exited. */
import type { Lane } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { ConversationKind } from './continuations.js';
import type { PooledConversation } from './pooledConversation.js';

/** What a process is started from. */
export interface Origin {
  /** The fingerprint of the CLI's file and of the user's account: differs after an update or another sign-in. */
  readonly cli: string;
  /** The state of the project's files that the CLI reads at its start; empty in the chat lane. */
  readonly project: string;
  /** The date, which the CLI tells the model. */
  readonly day: string;
}

/** A process of the pool and what the pool knows about it. */
export interface PooledProcess {
  readonly conversation: PooledConversation;
  readonly lane: Lane;
  readonly origin: Origin;
  /** Monotonic, milliseconds. */
  readonly startedAt: number;
  /** When its conversation got its latest request. Monotonic, milliseconds. */
  lastRequestAt: number;
  kind?: ConversationKind;
  /** Whether its latest request began the conversation. */
  isFirstTurn?: boolean;
}

export class ProcessLimit {
  readonly #limit: number;
  readonly #start: (lane: Lane) => Promise<PooledProcess>;
  readonly #onEnded: (pooled: PooledProcess) => void;
  readonly #processes = new Set<PooledProcess>();
  #used = 0;
  #closed = false;
  #waiters: (() => void)[] = [];

  /** @param onEnded called when a process has exited, whatever the cause */
  constructor(
    limit: number,
    start: (lane: Lane) => Promise<PooledProcess>,
    onEnded: (pooled: PooledProcess) => void,
  ) {
    this.#limit = limit;
    this.#start = start;
    this.#onEnded = onEnded;
  }

  /** Whether one more process may be started. */
  get free(): boolean {
    return this.#used < this.#limit;
  }

  get size(): number {
    return this.#processes.size;
  }

  /** The number of processes that were told to end and have not exited yet. */
  get ending(): number {
    return [...this.#processes].filter(({ conversation }) => conversation.state === 'spent').length;
  }

  /**
   * Starts a process. The caller has checked `free`.
   * @throws ChatError if it cannot be started
   */
  async open(lane: Lane): Promise<PooledProcess> {
    if (this.#closed) throw new ChatError('cancelled', 'The server is stopping. Try again.');
    this.#used++;
    let pooled: PooledProcess;
    try {
      pooled = await this.#start(lane);
    } catch (error) {
      this.#used--;
      this.notifyChange();
      throw error;
    }
    this.#processes.add(pooled);
    void pooled.conversation.process.ended.then(() => {
      this.#processes.delete(pooled);
      this.#used--;
      this.#onEnded(pooled);
      this.notifyChange();
    }); // never rejects
    if (this.#closed) await pooled.conversation.end();
    return pooled;
  }

  /** Settles when a process has exited, or at the next `notifyChange`. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** Wakes the requests that wait for a process. */
  notifyChange(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Ends every process in a bounded time. No process is started afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#processes].map(({ conversation }) => conversation.end()));
  }

  /** Terminates every process at once, without waiting: for use while this program exits. */
  terminateNow(): void {
    this.#closed = true;
    for (const { conversation } of this.#processes) conversation.process.terminateNow();
  }
}
