/** Messages to and from one CLI process: lines out, messages in one at a time, and answers to its control requests. */
import { randomUUID } from 'node:crypto';
import { asChatError, ChatError } from '../../core/errors.js';
import { endError } from '../process/failure.js';
import { MessageQueue } from './messageQueue.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';
import type { ClaudeProcess, ProcessEnd } from '../process/process.js';

type Incoming = CliMessage | { readonly type: 'ended'; readonly end: ProcessEnd };
type ControlResponse = CliMessageOf<'control_response'>['response'];

/** The response to a control request of the CLI. The signal is aborted when the CLI withdraws its request. */
export type ControlAnswer = (
  message: CliMessageOf<'control_request'>,
  signal: AbortSignal,
) => object | Promise<object>;

export class Channel {
  readonly process: ClaudeProcess;
  readonly #messages: MessageQueue<Incoming>;
  readonly #answer: ControlAnswer;
  #resting = false;
  readonly #onDeath: (error: ChatError) => void;
  /** Control requests of the CLI that are not answered yet, each with what withdraws it. */
  readonly #open = new Map<string, AbortController>();
  /** Our own control requests that have no response yet. */
  readonly #requests = new Map<string, (response: ControlResponse) => void>();
  #end: ProcessEnd | undefined;
  /** Called when the process has ended. */
  readonly #watchers = new Set<(end: ProcessEnd) => void>();

  /** @param onDeath called when the process has ended while a message was waited for */
  constructor(process: ClaudeProcess, answer: ControlAnswer, onDeath: (error: ChatError) => void) {
    this.process = process;
    this.#answer = answer;
    this.#onDeath = onDeath;
    this.#messages = new MessageQueue((full) => (full ? process.pause() : process.resume()));
    process.listen((message) => {
      if (message.type === 'control_request')
        void this.#reply(message); // never rejects
      else if (message.type === 'control_cancel_request') this.#open.get(message.request_id)?.abort();
      else if (message.type === 'control_response') this.#settle(message.response);
      else if (!this.#resting) this.#messages.push(message);
    });
    // Never rejects.
    void process.ended.then((end) => {
      this.#end = end;
      this.withdraw();
      this.#messages.push({ type: 'ended', end });
      for (const watcher of this.#watchers) watcher(end);
    });
  }

  /** Aborts what is done for the CLI's own control requests. */
  withdraw(): void {
    for (const open of this.#open.values()) open.abort();
  }

  send(message: object): void {
    this.process.send(message);
  }

  async #reply(message: CliMessageOf<'control_request'>): Promise<void> {
    const id = message.request_id;
    const open = new AbortController();
    this.#open.set(id, open);
    try {
      this.send(await this.#answer(message, open.signal));
    } catch (error) {
      this.send({
        type: 'control_response',
        response: { subtype: 'error', request_id: id, error: asChatError(error).message },
      });
    } finally {
      this.#open.delete(id);
    }
  }

  /** Writes a control request whose response is of no interest. */
  control(request: object): void {
    this.send({ type: 'control_request', request_id: randomUUID(), request });
  }

  /**
   * Writes a control request and waits for its response.
   * @param timeoutMs how long the CLI may take
   * @throws ChatError when the CLI refuses it, is silent or ends, or the signal is aborted
   */
  async request(request: object, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
    const id = randomUUID();
    const answered = new Promise<ControlResponse>((resolve) => this.#requests.set(id, resolve));
    try {
      this.send({ type: 'control_request', request_id: id, request });
      const response = await this.settled(answered, timeoutMs, signal);
      if (response.subtype === 'success') return response.response;
      throw new ChatError('cliFailed', `The Claude CLI refused a set-up: ${response.error ?? 'no reason'}.`);
    } finally {
      this.#requests.delete(id);
    }
  }

  /**
   * Waits for something that the CLI's messages bring about.
   * @throws ChatError when the CLI is silent for so long or ends, or the signal is aborted
   */
  async settled<T>(promise: Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    refuseAborted(signal);
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    let onEnd = (_end: ProcessEnd): void => undefined;
    const failed = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(silent(timeoutMs)), timeoutMs);
      onAbort = () => reject(cancelled());
      onEnd = (end) => reject(this.#died(end));
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#end === undefined) this.#watchers.add(onEnd);
      else onEnd(this.#end);
    });
    try {
      return await Promise.race([promise, failed]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#watchers.delete(onEnd);
    }
  }

  #settle(response: ControlResponse): void {
    this.#requests.get(response.request_id)?.(response);
  }

  /** A question comes next: earlier messages are no part of its answer. */
  begin(): void {
    this.#resting = false;
    this.#forget();
  }

  /** A question is answered: messages are dropped until the next question. */
  rest(): void {
    this.#resting = true;
    this.#forget();
  }

  /** Keeps the note that the process has ended. */
  #forget(): void {
    this.#messages.forget((message) => message.type === 'ended');
  }

  /**
   * The next message.
   * @param milliseconds how long it may take
   * @throws ChatError when the process ended or was silent for that long, or the signal is aborted
   */
  async next(milliseconds: number, signal?: AbortSignal): Promise<CliMessage> {
    const aborted = (): void => this.#messages.push({ type: 'other', name: 'aborted' });
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      refuseAborted(signal);
      const message = await this.#messages.take(milliseconds);
      refuseAborted(signal);
      if (message === undefined) throw silent(milliseconds);
      if (message.type !== 'ended') return message;
      throw this.#died(message.end);
    } finally {
      signal?.removeEventListener('abort', aborted);
    }
  }

  #died(end: ProcessEnd): ChatError {
    const error = endError(end);
    this.#onDeath(error);
    return error;
  }
}

/** @throws ChatError `cancelled` */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}

function cancelled(): ChatError {
  return new ChatError('cancelled', 'The request was cancelled.');
}

function silent(milliseconds: number): ChatError {
  const seconds = Math.round(milliseconds / 1000);
  return new ChatError(
    'timeout',
    `The Claude CLI was silent for ${seconds} seconds and was stopped. Try again.`,
  );
}
