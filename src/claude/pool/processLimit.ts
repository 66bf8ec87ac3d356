/** The bound on live processes. A process counts from before its start until it is gone. */
import type { Lane } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Conversation } from '../conversation/conversation.js';
import type { ConversationKind } from './continuations.js';

/** What a process is started from. */
export interface Origin {
  /** Of the CLI's file; differs after an update. */
  readonly cli: string;
  /** Of the project's files that are read then, where any are. */
  readonly project: string;
  /** The date, which the CLI tells the model. */
  readonly day: string;
}

/** A live process and what it was started from. */
export interface PooledProcess {
  readonly conversation: Conversation;
  readonly lane: Lane;
  readonly origin: Origin;
  /** Monotonic, milliseconds. */
  readonly startedAt: number;
  /** When its conversation got its latest request. */
  turnAt: number;
  /** What its conversation is for. */
  kind?: ConversationKind;
  /** The latest request began the conversation. */
  begun?: boolean;
}

export class ProcessLimit {
  readonly #limit: number;
  readonly #start: (lane: Lane) => Promise<PooledProcess>;
  readonly #onEnded: (member: PooledProcess) => void;
  readonly #members = new Set<PooledProcess>();
  #used = 0;
  #closed = false;
  #watchers: (() => void)[] = [];

  /** @param onEnded told when a member's process is gone, whoever ended it */
  constructor(
    limit: number,
    start: (lane: Lane) => Promise<PooledProcess>,
    onEnded: (member: PooledProcess) => void,
  ) {
    this.#limit = limit;
    this.#start = start;
    this.#onEnded = onEnded;
  }

  get free(): boolean {
    return this.#used < this.#limit;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Processes that were told to end and are not gone yet. */
  get leaving(): number {
    return [...this.#members].filter(({ conversation }) => conversation.state === 'spent').length;
  }

  /**
   * Starts a process. The caller has seen that there is room, or made it.
   * @throws ChatError when it cannot be started
   */
  async open(lane: Lane): Promise<PooledProcess> {
    if (this.#closed) throw new ChatError('cancelled', 'The server is stopping. Try again.');
    this.#used++;
    let member: PooledProcess;
    try {
      member = await this.#start(lane);
    } catch (error) {
      this.#used--;
      this.announce();
      throw error;
    }
    this.#members.add(member);
    void member.conversation.process.ended.then(() => {
      this.#members.delete(member);
      this.#used--;
      this.#onEnded(member);
      this.announce();
    }); // never rejects
    if (this.#closed) await member.conversation.end();
    return member;
  }

  /** Settles when a process is gone or something else was announced. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push(resolve);
    });
  }

  /** Wakes those who wait for room. */
  announce(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }

  /** Ends every process in a bounded time; none starts any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#members].map(({ conversation }) => conversation.end()));
  }

  /** The last resort when this program exits. */
  terminateNow(): void {
    this.#closed = true;
    for (const { conversation } of this.#members) conversation.process.terminateNow();
  }
}
