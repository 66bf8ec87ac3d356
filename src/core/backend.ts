import type { ChatEvent, ChatRequest, Effort } from './chat.js';
import type { ChatError } from './errors.js';

/** The value of the model that the CLI uses unless it is told another: the user's default. */
export const DEFAULT_MODEL = 'default';

/** A model as the backend reports it. */
export interface Model {
  /** The backend's short name (`DEFAULT_MODEL`, `sonnet`, …), or a full id. */
  readonly value: string;
  /** The full model id: `claude-sonnet-5-5`. */
  readonly resolved: string;
  readonly displayName: string;
  readonly description: string;
  /** Empty for a model without effort levels. */
  readonly efforts: readonly Effort[];
  /** The effort of a request without one; absent if the backend does not report it. */
  readonly defaultEffort?: Effort;
  /** Whether the model can think before it answers. */
  readonly thinking: boolean;
  /** Tokens. */
  readonly contextLength: number;
  /** Tokens; `undefined` until the backend has reported it. */
  readonly maxOutputTokens?: number;
}

/** Is notified of what happens to one request besides its events. */
export interface BackendObserver {
  /** The request was sent to the model: it no longer waits for a process. */
  requestSent(): void;
  /** The API failed, and the request will be repeated after this time. Milliseconds. */
  retrying(delayMs: number): void;
  /**
   * The model answers, and the client gets none of it before the end (`ChatRequest.buffered`). May be called repeatedly.
   * @param content what arrives now
   */
  answering(content: 'thinking' | 'answer'): void;
  /** A permission request in the workspace lane was decided. `decision` is safe to print: `denied: Bash npm test`. */
  permissionDecided(decision: string): void;
}

/** Answers chat requests. The only view that the server has of what is behind it. */
export interface ChatBackend {
  /**
   * Lists the available models. After the first success, the list comes from memory.
   * @throws ChatError when the models cannot be listed
   */
  models(): Promise<readonly Model[]>;

  /**
   * Answers one request. Events are yielded as they happen; the iteration ends after `done`.
   * Aborting the signal, or leaving the iteration early, stops the work for the request.
   * @throws ChatError before or between events
   */
  chat(request: ChatRequest, signal: AbortSignal, observer?: BackendObserver): AsyncIterable<ChatEvent>;
}

/** A backend that refuses every request with the same error, for example in an untrusted folder. */
export function refusingBackend(error: ChatError): ChatBackend {
  return {
    models: () => Promise.reject(error),
    chat: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    }),
  };
}
