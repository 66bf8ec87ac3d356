/** Sends messages to one CLI process, reads its messages one at a time, and answers its control requests. */
import { randomUUID } from 'node:crypto';
import { asChatError, ChatError } from '../../core/errors.js';
import { endError } from '../process/failure.js';
import type { ChannelOptions, ControlAnswer } from './channelOptions.js';
import { MessageQueue } from './messageQueue.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';
import type { ClaudeProcess, ProcessEnd } from '../process/process.js';

type Incoming =
  | CliMessage
  | { readonly type: 'ended'; readonly end: ProcessEnd }
  | { readonly type: 'failed'; readonly error: ChatError };
type ControlResponse = CliMessageOf<'control_response'>['response'];

export class Channel {
  readonly process: ClaudeProcess;
  readonly #messages: MessageQueue<Incoming>;
  readonly #answer: ControlAnswer;
  #ignoring = false;
  #onMessage: (message: CliMessage) => void = () => undefined;
  readonly #onCrash: (error: ChatError) => void;
  /** Control requests of the CLI that are not answered yet, by id. */
  readonly #cliRequests = new Map<string, AbortController>();
  /** Our control requests that have no response yet, by id. */
  readonly #ownRequests = new Map<string, (response: ControlResponse) => void>();
  #end: ProcessEnd | undefined;
  /** Called when the process has ended. */
  readonly #endListeners = new Set<(end: ProcessEnd) => void>();

  constructor(process: ClaudeProcess, { answer, observe, onCrash }: ChannelOptions) {
    this.process = process;
    this.#answer = answer;
    this.#onCrash = onCrash;
    this.#messages = new MessageQueue((full) => (full ? process.pause() : process.resume()));
    process.listen((message) => {
      observe?.(message);
      if (message.type === 'control_request')
        void this.#reply(message); // never rejects
      else if (message.type === 'control_cancel_request') this.#cliRequests.get(message.request_id)?.abort();
      else if (message.type === 'control_response') this.#settle(message.response);
      else if (!this.#ignoring) {
        this.#onMessage(message);
        this.#messages.push(message);
      }
    });
    // Never rejects.
    void process.ended.then((end) => {
      this.#end = end;
      this.abortControlRequests();
      this.#messages.push({ type: 'ended', end });
      for (const onEnd of this.#endListeners) onEnd(end);
    });
  }

  /** Sets the only listener that gets each message of a turn when it arrives, before it is read with `next`. */
  watch(onMessage: (message: CliMessage) => void): void {
    this.#onMessage = onMessage;
  }

  /** Aborts the handling of the CLI's control requests. */
  abortControlRequests(): void {
    for (const abort of this.#cliRequests.values()) abort.abort();
  }

  send(message: object): void {
    this.process.send(message);
  }

  async #reply(message: CliMessageOf<'control_request'>): Promise<void> {
    const id = message.request_id;
    const abort = new AbortController();
    this.#cliRequests.set(id, abort);
    try {
      this.send(await this.#answer(message, abort.signal));
    } catch (error) {
      this.send({
        type: 'control_response',
        response: { subtype: 'error', request_id: id, error: asChatError(error).message },
      });
    } finally {
      this.#cliRequests.delete(id);
    }
  }

  /** Sends a control request and ignores its response. */
  control(request: object): void {
    this.send({ type: 'control_request', request_id: randomUUID(), request });
  }

  /**
   * Sends a control request and waits for its response.
   * @param timeoutMs how long the CLI may take
   * @throws ChatError if the CLI rejects it, times out or exits, or the signal is aborted
   */
  async request(request: object, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
    const { id, answered } = this.#sendRequest(request);
    try {
      const response = await this.waitFor(answered, timeoutMs, signal);
      if (response.subtype === 'success') return response.response;
      throw new ChatError(
        'cliFailed',
        `The Claude CLI rejected a setting: ${response.error ?? 'no reason'}.`,
      );
    } finally {
      this.#ownRequests.delete(id);
    }
  }

  /**
   * Sends a control request that no client waits for, so that the end of the process is not reported as a crash.
   * @param timeoutMs how long the CLI may take
   * @returns whether it succeeded. Never rejects
   */
  async tryRequest(request: object, timeoutMs: number): Promise<boolean> {
    const { id, answered } = this.#sendRequest(request);
    let timer: NodeJS.Timeout | undefined;
    let onEnd = (): void => undefined;
    // Not `process.ended.then`: the promise would keep what every request leaves there until the process ends.
    const failed = new Promise<undefined>((resolve) => {
      onEnd = () => resolve(undefined);
      timer = setTimeout(onEnd, timeoutMs);
      if (this.#end === undefined) this.#endListeners.add(onEnd);
      else onEnd();
    });
    const response = await Promise.race([answered, failed]);
    clearTimeout(timer);
    this.#endListeners.delete(onEnd);
    this.#ownRequests.delete(id);
    return response?.subtype === 'success';
  }

  /**
   * Sends a control request whose answer is needed later.
   * @returns settles when the CLI answers, with `undefined` if it rejects the request. Use `waitFor` for it: if the CLI
   *   does not answer, it never settles.
   */
  requestEarly(request: object): Promise<unknown> {
    const { id, answered } = this.#sendRequest(request);
    return answered.then((response) => {
      this.#ownRequests.delete(id);
      return response.subtype === 'success' ? response.response : undefined;
    });
  }

  #sendRequest(request: object): { readonly id: string; readonly answered: Promise<ControlResponse> } {
    const id = randomUUID();
    const answered = new Promise<ControlResponse>((resolve) => this.#ownRequests.set(id, resolve));
    this.send({ type: 'control_request', request_id: id, request });
    return { id, answered };
  }

  /**
   * Waits for a promise that a message of the CLI settles.
   * @throws ChatError if it does not settle in time, the CLI exits, or the signal is aborted
   */
  async waitFor<T>(promise: Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    let onEnd = (_end: ProcessEnd): void => undefined;
    const failed = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs);
      onAbort = () => reject(cancelled());
      onEnd = (end) => reject(this.#crashed(end));
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#end === undefined) this.#endListeners.add(onEnd);
      else onEnd(this.#end);
    });
    try {
      return await Promise.race([promise, failed]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#endListeners.delete(onEnd);
    }
  }

  #settle(response: ControlResponse): void {
    this.#ownRequests.get(response.request_id)?.(response);
  }

  /** Call it before a turn: drops earlier messages, which do not belong to its answer. */
  startTurn(): void {
    this.#ignoring = false;
    this.#dropMessages();
  }

  /** Makes the present turn fail; without one, does nothing. */
  failTurn(error: ChatError): void {
    if (!this.#ignoring) this.#messages.push({ type: 'failed', error });
  }

  /** Call it after a turn: drops all messages until the next turn. */
  ignoreMessages(): void {
    this.#ignoring = true;
    this.#dropMessages();
  }

  /** Keeps only the entry for the end of the process. */
  #dropMessages(): void {
    this.#messages.drop((message) => message.type === 'ended');
  }

  /**
   * Waits for the next message.
   * @param milliseconds how long it may take
   * @throws ChatError if the process ends or is silent for this time, or the signal is aborted
   */
  async next(milliseconds: number, signal?: AbortSignal): Promise<CliMessage> {
    const aborted = (): void => this.#messages.push({ type: 'other', name: 'aborted' });
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      throwIfAborted(signal);
      const message = await this.#messages.take(milliseconds);
      throwIfAborted(signal);
      if (message === undefined) throw timedOut(milliseconds);
      if (message.type === 'failed') throw message.error;
      if (message.type !== 'ended') return message;
      throw this.#crashed(message.end);
    } finally {
      signal?.removeEventListener('abort', aborted);
    }
  }

  #crashed(end: ProcessEnd): ChatError {
    const error = endError(end);
    this.#onCrash(error);
    return error;
  }
}

/** @throws ChatError `cancelled` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}

function cancelled(): ChatError {
  return new ChatError('cancelled', 'The request was cancelled.');
}

function timedOut(milliseconds: number): ChatError {
  const seconds = Math.round(milliseconds / 1000);
  return new ChatError(
    'timeout',
    `The Claude CLI was silent for ${seconds} seconds and was stopped. Try again.`,
  );
}
