/**
 * Holds the backend that answers now. A change of folder or CLI swaps it while the port stays open: new
 * requests go to the new one, and the old one is closed when the last request that it answers has ended.
 */
import { refusingBackend, type ChatBackend, type BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { type CliBackend, IDLE } from '../../core/cliBackend.js';
import { asChatError, ChatError, type ErrorKind } from '../../core/errors.js';
import { sameConfig, type BackendConfig } from './desiredConfig.js';
import type { Readiness } from './status.js';

export interface SwappableBackend {
  /** What requests are answered with. */
  readonly backend: ChatBackend;
  readonly readiness: Readiness;
  /** Requests at work now, with retired backends too. */
  readonly requests: number;
  /** Those of them that wait for a process. */
  readonly waiting: number;
  readonly folder: string;
  /** Makes the backend of that plan the current one, unless it is already. */
  use(plan: BackendConfig): void;
  /** Looks again when the last look found a problem. */
  recheck(): void;
  /** Ends every backend; the slot can be used again. */
  clear(): Promise<void>;
  closeNow(): void;
}

export interface SwappableBackendOptions {
  create(plan: BackendConfig & { kind: 'cli' }, onActivity: () => void): CliBackend;
  /** Readiness or the number of requests changed. */
  onChange(): void;
  /** A backend did not end as it should. */
  warn(line: string): void;
}

interface Held {
  readonly plan: BackendConfig;
  readonly backend: CliBackend;
  running: number;
  retired: boolean;
  checking: boolean;
  closing: Promise<void> | undefined;
  readiness: Readiness;
  /** The CLI, as the last look found it. */
  path: string | undefined;
}

export const UNTRUSTED = new ChatError(
  'untrusted',
  'This folder is not trusted, so Claude does not run in it. Trust it in VS Code (Manage Workspace Trust), then try again.',
);
const NOT_SIGNED_IN = 'Claude Code is not signed in. Run `claude` in a terminal and sign in, then try again.';
const EMPTY = new ChatError('cancelled', 'The server is stopping.');

/** Failures of a chat that say something about the CLI itself, not about the request. */
const ABOUT_THE_CLI: ReadonlySet<ErrorKind> = new Set(['cliMissing', 'cliTooOld', 'notSignedIn']);

function refuser(): CliBackend {
  return {
    ...refusingBackend(UNTRUSTED),
    describe: () => Promise.reject(UNTRUSTED),
    inspect: () => Promise.reject(UNTRUSTED),
    activity: () => IDLE,
    close: () => Promise.resolve(),
    closeNow: () => undefined,
  };
}

export function createSwappableBackend(options: SwappableBackendOptions): SwappableBackend {
  const all = new Set<Held>();
  let current: Held | undefined;

  /** Until it has ended, the backend is one of those that can still be killed. */
  function close(held: Held): Promise<void> {
    held.closing ??= held.backend
      .close()
      .catch((error: unknown) => options.warn(`[backend] did not close: ${asChatError(error).message}`))
      .then(() => void all.delete(held));
    return held.closing;
  }

  function retire(held: Held): void {
    held.retired = true;
    // Nobody waits for a backend that is no longer used; close() is bounded and reports its own failure.
    if (held.running === 0) void close(held);
  }

  function setReadiness(held: Held, readiness: Readiness): void {
    held.readiness = readiness;
    if (held === current) options.onChange();
  }

  function setProblem(held: Held, { kind, message }: ChatError): void {
    const program = held.path === undefined ? {} : { program: held.path };
    setReadiness(held, { kind: 'problem', problem: { kind, message, ...program } });
  }

  async function check(held: Held): Promise<void> {
    if (held.checking) return;
    held.checking = true;
    try {
      held.path = undefined;
      const { path, version, signedIn } = await held.backend.describe();
      held.path = path;
      if (!signedIn) throw new ChatError('notSignedIn', NOT_SIGNED_IN);
      setReadiness(held, { kind: 'ready', path, version, models: undefined });
      // Also warms the list that every client asks for first.
      const models = await held.backend.models();
      setReadiness(held, { kind: 'ready', path, version, models: models.length });
    } catch (error) {
      if (!held.retired) setProblem(held, asChatError(error));
    } finally {
      held.checking = false;
    }
  }

  async function* chat(
    held: Held,
    request: ChatRequest,
    signal: AbortSignal,
    listener: BackendObserver | undefined,
  ): AsyncGenerator<ChatEvent, void> {
    held.running += 1;
    options.onChange();
    try {
      yield* held.backend.chat(request, signal, listener);
      // An answer proves that what was wrong is right again.
      if (held.readiness.kind === 'problem') void check(held);
    } catch (error) {
      const failure = asChatError(error);
      if (ABOUT_THE_CLI.has(failure.kind)) setProblem(held, failure);
      throw error;
    } finally {
      held.running -= 1;
      if (held.retired && held.running === 0) void close(held);
      options.onChange();
    }
  }

  return {
    backend: {
      models: () => current?.backend.models() ?? Promise.reject(EMPTY),
      chat: (request, signal, listener) =>
        current === undefined
          ? refusingBackend(EMPTY).chat(request, signal)
          : chat(current, request, signal, listener),
    },
    get readiness() {
      return current?.readiness ?? { kind: 'checking' };
    },
    get requests() {
      return [...all].reduce((sum, held) => sum + held.running, 0);
    },
    get waiting() {
      return [...all].reduce((sum, held) => sum + held.backend.activity().waiting, 0);
    },
    get folder() {
      return current?.plan.folder ?? '';
    },
    use(plan) {
      if (current !== undefined && sameConfig(current.plan, plan)) return;
      if (current !== undefined) retire(current);
      const held: Held = {
        plan,
        backend: plan.kind === 'cli' ? options.create(plan, () => options.onChange()) : refuser(),
        running: 0,
        retired: false,
        checking: false,
        closing: undefined,
        readiness: { kind: 'checking' },
        path: undefined,
      };
      all.add(held);
      current = held;
      options.onChange();
      // Reports by itself; the start of the server does not wait for the CLI.
      void check(held);
    },
    recheck() {
      if (current?.readiness.kind === 'problem') void check(current);
    },
    async clear() {
      const ending = [...all];
      current = undefined;
      for (const held of ending) held.retired = true;
      await Promise.all(ending.map(close));
    },
    closeNow() {
      for (const held of all) held.backend.closeNow();
    },
  };
}
