/** A process to talk with: lines go out, messages come in one at a time, and what it asks of its host is answered. */
import { randomUUID } from 'node:crypto';
import { ChatError } from '../core/errors.js';
import { endError } from './failure.js';
import { Inbox } from './inbox.js';
import type { CliMessage, CliMessageOf } from './messages.js';
import type { ClaudeProcess, ProcessEnd } from './process.js';

type Incoming = CliMessage | { readonly type: 'ended'; readonly end: ProcessEnd };

export class Channel {
  readonly process: ClaudeProcess;
  readonly #inbox: Inbox<Incoming>;

  /** @param answer what to write back when the CLI asks something of its host */
  constructor(process: ClaudeProcess, answer: (message: CliMessageOf<'control_request'>) => object) {
    this.process = process;
    this.#inbox = new Inbox((full) => (full ? process.pause() : process.resume()));
    process.listen((message) => {
      if (message.type === 'control_request') process.send(answer(message));
      else this.#inbox.push(message);
    });
    void process.ended.then((end) => this.#inbox.push({ type: 'ended', end })); // never rejects
  }

  send(message: object): void {
    this.process.send(message);
  }

  /** Writes a control request. @returns its id, which the response carries */
  control(request: object): string {
    const id = randomUUID();
    this.send({ type: 'control_request', request_id: id, request });
    return id;
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
      if (message.type === 'ended') throw endError(message.end);
      return message;
    } finally {
      signal?.removeEventListener('abort', aborted);
    }
  }
}

/** @throws ChatError `cancelled` */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ChatError('cancelled', 'The request was cancelled.');
}
