/**
 * Holds the backend that answers requests. When the folder or the CLI changes, it is replaced while the port stays open:
 * new requests go to the new backend, and the old one closes after its last request.
 */
import { refusingBackend, type ChatBackend, type BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { type CliBackend, type CliDiagnosis, IDLE } from '../../core/cliBackend.js';
import { asChatError, ChatError, type ErrorKind } from '../../core/errors.js';
import { sameConfig, type BackendConfig } from './desiredConfig.js';
import type { CliReadiness } from './status.js';

export interface SwappableBackend {
  /** Passes requests to the current backend. */
  readonly backend: ChatBackend;
  readonly readiness: CliReadiness;
  /** Requests that are not finished, including those of replaced backends. */
  readonly requests: number;
  /** Requests that wait for a process. */
  readonly waiting: number;
  /** The folder of the current backend; empty when there is none. */
  readonly folder: string;
  /** Replaces the current backend by one with this configuration, unless it has that already. */
  use(config: BackendConfig): void;
  /** Replaces the current backend by a new one with the same configuration, which reads the list of models again. */
  renew(): void;
  /** Examines the CLI of the current backend. `undefined` if that backend has another configuration. */
  inspect(config: BackendConfig): Promise<CliDiagnosis> | undefined;
  /** Checks the CLI again if the last check found a problem. */
  recheck(): void;
  /** Closes every backend. `use` may be called again afterwards. */
  closeAll(): Promise<void>;
  closeNow(): void;
}

export interface SwappableBackendOptions {
  create(config: BackendConfig & { kind: 'cli' }, onActivity: () => void): CliBackend;
  /** Called when the readiness or the number of requests has changed. */
  onChange(): void;
  /** Called when a backend failed to close. */
  warn(line: string): void;
}

interface ManagedBackend {
  readonly config: BackendConfig;
  readonly backend: CliBackend;
  running: number;
  /** Another backend has replaced it. */
  retired: boolean;
  checking: boolean;
  closing: Promise<void> | undefined;
  readiness: CliReadiness;
  /** The path of the CLI, according to the last check. */
  path: string | undefined;
}

export const UNTRUSTED = new ChatError(
  'untrusted',
  'This folder is not trusted, so Claude does not run in it. Trust it in VS Code (Manage Workspace Trust), then try again.',
);
const NOT_SIGNED_IN = 'Claude Code is not signed in. Run `claude` in a terminal and sign in, then try again.';
const STOPPING = new ChatError('cancelled', 'The server is stopping.');

/** Errors of a chat that concern the CLI itself, not the request. */
const CLI_ERRORS: ReadonlySet<ErrorKind> = new Set(['cliMissing', 'cliTooOld', 'notSignedIn', 'keyRejected']);

/** The backend of an untrusted folder. */
function untrustedBackend(): CliBackend {
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
  /** The current backend and the replaced ones that are not closed yet. */
  const all = new Set<ManagedBackend>();
  let current: ManagedBackend | undefined;

  /** Keeps the backend in `all` until it has closed, so that `closeNow` can still kill it. */
  function close(managed: ManagedBackend): Promise<void> {
    managed.closing ??= managed.backend
      .close()
      .catch((error: unknown) => options.warn(`[backend] did not close: ${asChatError(error).message}`))
      .then(() => void all.delete(managed));
    return managed.closing;
  }

  function retire(managed: ManagedBackend): void {
    managed.retired = true;
    // Not awaited: close() is bounded and reports its own failure.
    if (managed.running === 0) void close(managed);
  }

  function setReadiness(managed: ManagedBackend, readiness: CliReadiness): void {
    managed.readiness = readiness;
    if (managed === current) options.onChange();
  }

  function setProblem(managed: ManagedBackend, { kind, message }: ChatError): void {
    const program = managed.path === undefined ? {} : { program: managed.path };
    setReadiness(managed, { kind: 'problem', problem: { kind, message, ...program } });
  }

  async function check(managed: ManagedBackend): Promise<void> {
    if (managed.checking) return;
    managed.checking = true;
    try {
      managed.path = undefined;
      const { signedIn, ...cli } = await managed.backend.describe();
      const { path } = cli;
      managed.path = path;
      if (!signedIn) throw new ChatError('notSignedIn', NOT_SIGNED_IN);
      setReadiness(managed, { kind: 'ready', ...cli, models: undefined });
      // Also fills the backend's cache: listing the models is the first request of every client.
      const models = await managed.backend.models();
      setReadiness(managed, { kind: 'ready', ...cli, models: models.length });
    } catch (error) {
      if (!managed.retired) setProblem(managed, asChatError(error));
    } finally {
      managed.checking = false;
    }
  }

  function replace(config: BackendConfig): void {
    if (current !== undefined) retire(current);
    const managed: ManagedBackend = {
      config,
      backend: config.kind === 'cli' ? options.create(config, () => options.onChange()) : untrustedBackend(),
      running: 0,
      retired: false,
      checking: false,
      closing: undefined,
      readiness: { kind: 'checking' },
      path: undefined,
    };
    all.add(managed);
    current = managed;
    options.onChange();
    // Not awaited: the server starts without waiting for the CLI, and check() reports through the readiness.
    void check(managed);
  }

  async function* chat(
    managed: ManagedBackend,
    request: ChatRequest,
    signal: AbortSignal,
    listener: BackendObserver | undefined,
  ): AsyncGenerator<ChatEvent, void> {
    managed.running += 1;
    options.onChange();
    try {
      yield* managed.backend.chat(request, signal, listener);
      // A reply proves that the problem is solved.
      if (managed.readiness.kind === 'problem') void check(managed);
    } catch (error) {
      // The processes were ended: not a failure of the CLI.
      if (managed.closing !== undefined && !signal.aborted) throw STOPPING;
      const failure = asChatError(error);
      if (CLI_ERRORS.has(failure.kind)) setProblem(managed, failure);
      throw error;
    } finally {
      managed.running -= 1;
      if (managed.retired && managed.running === 0) void close(managed);
      options.onChange();
    }
  }

  return {
    backend: {
      models: () => current?.backend.models() ?? Promise.reject(STOPPING),
      chat: (request, signal, listener) =>
        current === undefined
          ? refusingBackend(STOPPING).chat(request, signal)
          : chat(current, request, signal, listener),
    },
    get readiness() {
      return current?.readiness ?? { kind: 'checking' };
    },
    get requests() {
      return [...all].reduce((sum, managed) => sum + managed.running, 0);
    },
    get waiting() {
      return [...all].reduce((sum, managed) => sum + managed.backend.activity().waiting, 0);
    },
    get folder() {
      return current?.config.folder ?? '';
    },
    use(config) {
      if (current === undefined || !sameConfig(current.config, config)) replace(config);
    },
    renew() {
      if (current !== undefined) replace(current.config);
    },
    inspect(config) {
      if (current === undefined || !sameConfig(current.config, config)) return undefined;
      return current.backend.inspect();
    },
    recheck() {
      if (current?.readiness.kind === 'problem') void check(current);
    },
    async closeAll() {
      const closing = [...all];
      current = undefined;
      for (const managed of closing) managed.retired = true;
      await Promise.all(closing.map(close));
    },
    closeNow() {
      for (const managed of all) managed.backend.closeNow();
    },
  };
}
