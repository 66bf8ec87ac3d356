/**
 * Keeps the CLI from asking the model again without being told to (`turn/messageEnd.ts` says when it would): a client's
 * request is one request to the API.
 *
 * Before each request that begins a new message the CLI compares the size of the conversation with a limit, and ends the
 * turn on this machine if it is larger. The gate sets that limit to one token while an answer is on its way. The CLI repeats
 * failed requests without another check, so these are not affected. If an answer ends before the CLI has confirmed the
 * limit, its process is killed.
 *
 * The limit cannot be set before the question: the CLI would not send it. So one request can leave if this program is stopped
 * by the system, or busy, from the moment the CLI sends the question until some milliseconds after its answer has ended. The
 * process is killed as soon as this program reads on.
 */
import type { CliMessage, CliMessageOf } from '../process/incoming.js';
import { MessageEndWatch } from '../turn/messageEnd.js';
import type { Channel } from './channel.js';
import type { Environment } from './processSetup.js';

const LIMIT = 'CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE';

/**
 * From the CLI's check to closing the gate, in milliseconds. The CLI sends its request in this time; closing the gate takes
 * it some milliseconds, which are free while it waits for the API.
 */
const CLOSE_AFTER_MS = 12;

/** How long the CLI may take to confirm. */
const CONFIRM_MS = 60_000;

export class TurnGate {
  readonly #channel: Channel;
  readonly #openValue: string;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #timer: NodeJS.Timeout | undefined;
  #opened: Promise<void> = Promise.resolve();
  /** Counts the changes, so that a late confirmation of an earlier one is ignored. */
  #changes = 0;
  /** Set during a turn. */
  #end: MessageEndWatch | undefined;

  /** @param environment in which the process was started */
  constructor(channel: Channel, environment: Environment) {
    this.#channel = channel;
    this.#openValue = environment[LIMIT] ?? '';
    channel.watch((message) => this.#follow(message));
  }

  /** Whether it is certain that the CLI asks the model no more in this turn. */
  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Settles when the next question may be sent. Never rejects. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** Call it before a question is sent. @param isOffered whether the model may call a tool of that name */
  startTurn(isOffered: (tool: string) => boolean): void {
    this.#end = new MessageEndWatch(isOffered);
  }

  /** Call it when the turn is over, and before the next question. */
  open(): void {
    this.#end = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#state === 'open') return;
    this.#state = 'open';
    this.#opened = this.#set(this.#openValue);
  }

  /** Reads a message when it arrives, whether or not the client is ready for it. */
  #follow(message: CliMessage): void {
    if (this.#end === undefined) return;
    if (message.type === 'system' && message.subtype === 'status') {
      this.#timer ??= setTimeout(() => this.#close(), CLOSE_AFTER_MS);
    } else if (message.type === 'stream_event') this.#onStreamEvent(message.event, this.#end);
    // The CLI asks the model to go on, for a reason that the end of the message did not show.
    else if (message.type === 'user' && message.isSynthetic === true && this.#end.isComplete) {
      this.#killUnlessClosed();
    }
  }

  #onStreamEvent(event: CliMessageOf<'stream_event'>['event'], end: MessageEndWatch): void {
    this.#close();
    if (end.asksAgainAfter(event)) this.#killUnlessClosed();
  }

  #killUnlessClosed(): void {
    if (this.closed) return;
    // A confirmation that is on its way comes too late: nothing follows it.
    this.#changes++;
    this.#channel.process.terminateNow('SIGKILL');
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    const change = this.#changes + 1;
    void this.#set('1').then(() => {
      if (change === this.#changes) this.#state = 'closed';
    });
  }

  /** Never rejects: if the process has exited, the question finds out. */
  async #set(value: string): Promise<void> {
    this.#changes++;
    const settings = { env: { [LIMIT]: value } };
    const succeeded = await this.#channel.tryRequest(
      { subtype: 'apply_flag_settings', settings },
      CONFIRM_MS,
    );
    // Otherwise the gate is not closed, and the process is killed if it must be.
    if (!succeeded) this.#changes++;
  }
}
