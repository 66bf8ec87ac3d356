/** A backend like that of the CLI, controlled by the test: replies wait until they are released. */
import type { Model } from '../../../src/core/backend.js';
import type { ChatEvent, ChatRequest } from '../../../src/core/chat.js';
import { type CliBackend, IDLE } from '../../../src/core/cliBackend.js';

export const MODEL: Model = {
  value: 'sonnet',
  resolved: 'claude-sonnet-5-5',
  displayName: 'Sonnet',
  description: '',
  efforts: [],
  thinking: false,
  contextLength: 200_000,
};

export const REQUEST: ChatRequest = {
  lane: 'chat',
  model: 'sonnet',
  system: '',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  stop: [],
};

const DONE: ChatEvent = {
  type: 'done',
  reason: 'stop',
  usage: { promptTokens: 1, cachedTokens: 0, outputTokens: 1 },
  timings: { loadMs: 0, promptMs: 0, outputMs: 0 },
};

export interface FakeCliBackend extends CliBackend {
  /** How often the CLI was checked. */
  readonly checks: number;
  readonly closed: boolean;
  readonly killed: boolean;
  /** Lets every waiting chat finish. */
  release(): void;
  /** The error of the next checks and chats; `undefined` lets them succeed. */
  error: Error | undefined;
  signedIn: boolean;
  cannotReuse: boolean;
  /** Makes `close` never resolve. */
  stuck: boolean;
}

export function fakeCliBackend(): FakeCliBackend {
  let releaseAll = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    releaseAll = resolve;
  });
  const state = { checks: 0, closed: false, killed: false };
  const fake: FakeCliBackend = {
    error: undefined,
    signedIn: true,
    cannotReuse: false,
    stuck: false,
    get checks() {
      return state.checks;
    },
    get closed() {
      return state.closed;
    },
    get killed() {
      return state.killed;
    },
    release: () => releaseAll(),
    describe() {
      state.checks += 1;
      if (fake.error !== undefined) return Promise.reject(fake.error);
      return Promise.resolve({ path: '/bin/claude', version: '2.1.330', signedIn: fake.signedIn });
    },
    inspect: () =>
      fake.error === undefined
        ? Promise.resolve({
            path: '/bin/claude',
            source: 'PATH',
            version: '2.1.330',
            signedIn: fake.signedIn,
            missingFlags: [],
            cannotReuse: fake.cannotReuse,
          })
        : Promise.reject(fake.error),
    activity: () => IDLE,
    models: () => Promise.resolve([MODEL]),
    async *chat(): AsyncGenerator<ChatEvent> {
      if (fake.error !== undefined) throw fake.error;
      yield { type: 'text', text: 'hello' };
      await released;
      yield DONE;
    },
    close() {
      state.closed = true;
      return fake.stuck ? new Promise(() => undefined) : Promise.resolve();
    },
    closeNow() {
      state.killed = true;
    },
  };
  return fake;
}
