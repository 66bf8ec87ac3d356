/** A backend by hand: each chat follows a script, and the test sees what happens to it. */
import type { BackendObserver, ChatBackend, Model } from '../../src/core/backend.js';
import type { ChatEvent, ChatRequest } from '../../src/core/chat.js';

/** What a chat does. `signal` is the request's. */
export type Script = (
  request: ChatRequest,
  signal: AbortSignal,
  observer?: BackendObserver,
) => AsyncGenerator<ChatEvent, void, undefined>;

export interface FakeBackend extends ChatBackend {
  /** The next chats' script. */
  script: Script;
  /** What `models()` throws instead of answering. */
  modelsError: Error | undefined;
  /** Every chat that was begun. */
  readonly requests: ChatRequest[];
  /** Chats whose iteration has ended, for whatever reason. */
  ended: number;
}

export const SONNET: Model = {
  value: 'sonnet',
  resolved: 'claude-sonnet-5-5',
  displayName: 'Sonnet',
  description: 'Everyday tasks',
  efforts: ['low', 'medium', 'high', 'max'],
  thinking: true,
  contextLength: 200_000,
};
export const HAIKU: Model = {
  value: 'haiku',
  resolved: 'claude-haiku-5',
  displayName: 'Haiku',
  description: 'Quick answers',
  efforts: [],
  thinking: false,
  contextLength: 100_000,
};

export const DONE: ChatEvent = {
  type: 'done',
  reason: 'stop',
  usage: { promptTokens: 11, cachedTokens: 4, outputTokens: 7 },
  timings: { loadMs: 1.25, promptMs: 2, outputMs: 3 },
};

export const text = (words: string): ChatEvent => ({ type: 'text', text: words });
export const thinking = (words: string): ChatEvent => ({ type: 'thinking', text: words });

/** A script that says these events one after the other. */
export function says(...events: readonly ChatEvent[]): Script {
  return async function* () {
    for (const event of events) {
      await Promise.resolve();
      yield event;
    }
  };
}

/** A script that says these events and then fails. */
export function fails(error: Error, ...events: readonly ChatEvent[]): Script {
  return async function* () {
    yield* says(...events)(undefined as never, undefined as never);
    throw error;
  };
}

/** A script that says the same words without end, as fast as they are taken. */
export function floods(words: string): Script {
  return async function* () {
    for (;;) {
      await Promise.resolve();
      yield text(words);
    }
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A script that says these events and then is silent until it is aborted. */
export function hangs(...events: readonly ChatEvent[]): Script {
  return async function* (request, signal) {
    yield* says(...events)(request, signal);
    await aborted(signal);
    throw signal.reason;
  };
}

export function createFakeBackend(models: readonly Model[] = [SONNET, HAIKU]): FakeBackend {
  const backend: FakeBackend = {
    script: says(text('Hello'), text(' world'), DONE),
    modelsError: undefined,
    requests: [],
    ended: 0,
    models: () => (backend.modelsError ? Promise.reject(backend.modelsError) : Promise.resolve(models)),
    async *chat(request, signal, listener) {
      backend.requests.push(request);
      listener?.requestSent();
      try {
        yield* backend.script(request, signal, listener);
      } finally {
        backend.ended += 1;
      }
    },
  };
  return backend;
}
