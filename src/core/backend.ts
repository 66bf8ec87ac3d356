import type { ChatEvent, ChatRequest, Effort } from './chat.js';
import type { ChatError } from './errors.js';

/** A model as the backend reports it. */
export interface Model {
  /** How the backend names it: `default`, `sonnet`, … */
  readonly value: string;
  /** The full id behind it: `claude-sonnet-5-5`. */
  readonly resolved: string;
  readonly displayName: string;
  readonly description: string;
  /** Empty when the model has no effort levels. */
  readonly efforts: readonly Effort[];
  readonly thinking: boolean;
  /** Tokens. */
  readonly contextLength: number;
  /** Tokens; `undefined` until the backend has reported it. */
  readonly maxOutputTokens?: number;
}

/** Hears how a chat goes on, besides its events. */
export interface BackendObserver {
  /** The question leaves for the model: it waits for nothing of ours any more. */
  requestSent(): void;
  /** What became of something that Claude wanted to do in the workspace lane, safe to print: `denied: Bash npm test`. */
  permissionDecided(decision: string): void;
}

/** What answers chats. The server knows nothing else of it. */
export interface ChatBackend {
  /**
   * The models on offer. Answered from memory after the first success.
   * @throws ChatError when they cannot be had
   */
  models(): Promise<readonly Model[]>;

  /**
   * Answers one request. Events come as they happen; the iteration ends after `done`.
   * Aborting the signal, or leaving the iteration early, stops the work behind it.
   * @throws ChatError also in mid-iteration
   */
  chat(request: ChatRequest, signal: AbortSignal, listener?: BackendObserver): AsyncIterable<ChatEvent>;
}

/** A backend that refuses everything with the same error: an untrusted folder, for one. */
export function refusingBackend(error: ChatError): ChatBackend {
  return {
    models: () => Promise.reject(error),
    chat: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    }),
  };
}
