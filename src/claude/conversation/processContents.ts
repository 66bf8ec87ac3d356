/**
 * What a CLI process holds: its set-up, the client's tools and a conversation. All three can be changed while the process
 * runs (`docs/architecture.md`).
 */
import * as v from 'valibot';
import { ChatError } from '../../core/errors.js';
import { refuseAborted, type Channel } from './channel.js';
import { ProcessHistory } from './processHistory.js';
import {
  canonicalOffer,
  canonicalSetup,
  INITIAL_SETUP,
  setupRequests,
  type ProcessSetup,
} from './processSetup.js';
import { ToolServer } from './toolServer.js';
import type { Turn } from './transcript.js';

/** How long the CLI may take to take a conversation away. It needs 1 to 35 milliseconds. */
const REWIND_MS = 3000;

const rewindAnswer = v.object({ rewound: v.literal(true) });

export class ProcessContents {
  readonly #channel: Channel;
  readonly tools: ToolServer;
  readonly history = new ProcessHistory();
  #setup: ProcessSetup = INITIAL_SETUP;
  #conversations = 0;

  /** @param toolPrefix what the CLI puts before the names of the client's tools */
  constructor(channel: Channel, toolPrefix: string) {
    this.#channel = channel;
    this.tools = new ToolServer(channel, toolPrefix);
  }

  /** How many conversations there have been, the present one included. */
  get conversations(): number {
    return this.#conversations;
  }

  /**
   * How many turns of a request the conversation begins with. All that each of them has: the request continues the
   * conversation.
   * @param turns the request's turns before its question
   */
  sharedTurns(setup: ProcessSetup, turns: readonly Turn[]): { shared: number; continues: boolean } {
    const same = canonicalSetup(this.#setup) === canonicalSetup(setup);
    const shared = same ? this.history.sharedWith(turns) : 0;
    return { shared, continues: same && shared === turns.length && shared === this.history.length };
  }

  /** How much of the set-up a request would change: 0 for nothing, 1 for what one message changes, 2 for the tools. */
  changesFor(setup: ProcessSetup): number {
    if (canonicalOffer(this.#setup.offer) !== canonicalOffer(setup.offer)) return 2;
    return canonicalSetup(this.#setup) === canonicalSetup(setup) ? 0 : 1;
  }

  /** Takes note of a set-up that the process gets with its `initialize` request. */
  assume(setup: ProcessSetup): void {
    this.#setup = setup;
    this.#conversations++;
    this.tools.assume(setup.offer);
  }

  /**
   * Keeps the turns that a request shares with the conversation, and changes the set-up to what the request needs.
   * @param timeoutMs how long the CLI may take for one step
   * @returns settles when the CLI has confirmed the set-up. In a process that never had a conversation the question may
   *   be sent before that: there is nothing that it could get mixed with.
   * @throws ChatError
   */
  async change(
    setup: ProcessSetup,
    turns: readonly Turn[],
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<{ confirmed: Promise<unknown> }> {
    const { shared } = this.sharedTurns(setup, turns);
    if (shared < this.history.length) await this.rewind(shared);
    if (shared === 0) this.#conversations++;
    refuseAborted(signal);
    await this.tools.offer(setup.offer, timeoutMs, signal);
    const requests = setupRequests(this.#setup, setup);
    this.#setup = setup;
    const confirmed = Promise.all(
      requests.map((request) => this.#channel.request(request, timeoutMs, signal)),
    );
    // A failure before the question is sent is reported instead of this one.
    confirmed.catch(() => undefined);
    if (this.#conversations > 1) await confirmed;
    return { confirmed };
  }

  /**
   * Takes the turns from that one on away; an answer that is being generated is stopped.
   * @throws ChatError when the CLI does not do it: the process must not be used again
   */
  async rewind(turn: number): Promise<void> {
    const cut = this.history.cutAt(turn);
    if (cut === undefined) return;
    const answer = await this.#channel.request(
      {
        subtype: 'rewind_conversation',
        target_message_uuid: cut.target,
        last_seen_user_message_uuid: cut.last,
        interrupt_if_running: true,
      },
      REWIND_MS,
    );
    // The answer holds the user's words: it must not get into an error or a log.
    if (v.is(rewindAnswer, answer)) return;
    throw new ChatError('cliFailed', 'The Claude CLI could not leave a conversation. Try again.');
  }
}
