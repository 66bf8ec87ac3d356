/** A process to talk with: lines go out, messages come in one at a time, and what it asks of its host is answered. */
import { randomUUID } from 'node:crypto';
import { asChatError, ChatError } from '../../core/errors.js';
import { endError } from '../process/failure.js';
import { MessageQueue } from './messageQueue.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';
import type { ClaudeProcess, ProcessEnd } from '../process/process.js';

type Incoming = CliMessage | { readonly type: 'ended'; readonly end: ProcessEnd };

/** What to write back when the CLI asks something of its host. The signal: it does not want to know any more. */
export type ControlAnswer = (
  message: CliMessageOf<'control_request'>,
  signal: AbortSignal,
) => object | Promise<object>;

export class Channel {
  readonly process: ClaudeProcess;
  readonly #inbox: MessageQueue<Incoming>;
  readonly #answer: ControlAnswer;
  #resting = false;
  readonly #onDeath: (error: ChatError) => void;
  /** What the CLI has asked and not been answered yet, each with what withdraws it. */
  readonly #asked = new Map<string, AbortController>();

  /** @param onDeath told when the process has ended while something was wanted of it */
  constructor(process: ClaudeProcess, answer: ControlAnswer, onDeath: (error: ChatError) => void) {
    this.process = process;
    this.#answer = answer;
    this.#onDeath = onDeath;
    this.#inbox = new MessageQueue((full) => (full ? process.pause() : process.resume()));
    process.listen((message) => {
      if (message.type === 'control_request')
        void this.#reply(message); // never rejects
      else if (message.type === 'control_cancel_request') this.#asked.get(message.request_id)?.abort();
      else if (!this.#resting) this.#inbox.push(message);
    });
    // Never rejects.
    void process.ended.then((end) => {
      this.withdraw();
      this.#inbox.push({ type: 'ended', end });
    });
  }

  /** Nobody waits any more for answers to what the CLI has asked. */
  withdraw(): void {
    for (const asked of this.#asked.values()) asked.abort();
  }

  send(message: object): void {
    this.process.send(message);
  }

  async #reply(message: CliMessageOf<'control_request'>): Promise<void> {
    const id = message.request_id;
    const asked = new AbortController();
    this.#asked.set(id, asked);
    try {
      this.send(await this.#answer(message, asked.signal));
    } catch (error) {
      this.send({
        type: 'control_response',
        response: { subtype: 'error', request_id: id, error: asChatError(error).message },
      });
    } finally {
      this.#asked.delete(id);
    }
  }

  /** Writes a control request. @returns its id, which the response carries */
  control(request: object): string {
    const id = randomUUID();
    this.send({ type: 'control_request', request_id: id, request });
    return id;
  }

  /** A question comes next: what has come so far is no part of its answer. */
  begin(): void {
    this.#resting = false;
    this.#forget();
  }

  /** A question is answered: what comes from now on is for nobody, until the next one. */
  rest(): void {
    this.#resting = true;
    this.#forget();
  }

  /** That the process has ended is never of the past. */
  #forget(): void {
    this.#inbox.forget((message) => message.type === 'ended');
  }

  /**
   * The next message.
   * @param milliseconds how long it may take
   * @throws ChatError when the process ended, nothing came, or the client went away
   */
  async next(milliseconds: number, signal?: AbortSignal): Promise<CliMessage> {
    const aborted = (): void => this.#inbox.push({ type: 'other', name: 'aborted' });
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      refuseAborted(signal);
      const message = await this.#inbox.take(milliseconds);
      refuseAborted(signal);
      if (message === undefined) {
        const seconds = Math.round(milliseconds / 1000);
        throw new ChatError(
          'timeout',
          `The Claude CLI was silent for ${seconds} seconds and was stopped. Try again.`,
        );
      }
      if (message.type !== 'ended') return message;
      const error = endError(message.end);
      this.#onDeath(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', aborted);
    }
  }
}

/** @throws ChatError `cancelled` */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ChatError('cancelled', 'The request was cancelled.');
}
