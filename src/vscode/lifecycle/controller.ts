/**
 * Starts, moves and stops the endpoint; nothing else does. Callers state an intent. The controller compares it and the
 * desired configuration with its state, and changes the state one step at a time. So quick successive calls and changes
 * of settings end in the state that was asked for last.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { refusingBackend, type ChatBackend } from '../../core/backend.js';
import { asChatError, ChatError } from '../../core/errors.js';
import type { CliDiagnosis } from '../../core/cliBackend.js';
import { singleFlight } from '../platform/singleFlight.js';
import { acquirePort } from './acquirePort.js';
import { DEFAULT_TIMING, type ControllerOptions } from './controllerOptions.js';
import { sameConfig, type DesiredConfig, type ListenConfig } from './desiredConfig.js';
import { handoverIntent, startIntent, stopIntent, type Intent, type RunKind } from './intent.js';
import { statusOf, type State } from './state.js';
import type { CliReadiness, Status } from './status.js';
import { createSwappableBackend, UNTRUSTED } from './swappableBackend.js';

export interface Controller {
  readonly status: Status;
  /** Whether the server is to be stopped: also while it still stops, and before its first start. */
  readonly isStopRequested: boolean;
  /**
   * Answers the chats of this window directly, without the port, and therefore also while another window has the port or the
   * server is stopped.
   */
  readonly backend: ChatBackend;
  /** The readiness of the CLI behind `backend`. */
  readonly readiness: CliReadiness;
  /** Resolves once the endpoint is running or has failed to start; the status tells which. Never rejects for a failure. */
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Takes the port over from the window that has it. Resolves to whether this window has the port then. */
  serveHere(): Promise<boolean>;
  /** Releases the port to another window that asked for it, and takes it over again when that window stops. */
  cede(): void;
  /** Applies a changed desired configuration. Does nothing when it is unchanged, or the server is stopped. */
  refresh(): Promise<void>;
  /** Checks the CLI again if the last check found a problem. */
  recheck(): void;
  /** Reads the list of models again, with a new backend. Requests that are running continue. */
  refreshModels(): void;
  /** Examines the CLI in detail, also while the server is stopped. @throws ChatError when it cannot be used */
  inspect(): Promise<CliDiagnosis>;
  /** Kills every process without waiting, for the exit of the extension host. */
  killNow(): void;
  /** Stops for good, in a bounded time. */
  end(): Promise<void>;
}

const ENDED = new ChatError('cancelled', 'The extension is stopping.');

export function createController(options: ControllerOptions): Controller {
  const { log, timing = DEFAULT_TIMING } = options;
  let state: State = { name: 'stopped' };
  let intent: Intent = { kind: 'stop' };
  let ended = false;

  const swappable = createSwappableBackend({
    create: (config, onActivity) => options.createBackend(config, onActivity),
    onChange: () => options.onChange(statusOf(state, swappable)),
    warn: (line) => log.warn(line),
  });

  function enter(next: State): void {
    if (next.name !== state.name) log.debug(`[controller] ${state.name} -> ${next.name}`);
    state = next;
    options.onChange(statusOf(state, swappable));
  }

  function fail({ listen }: DesiredConfig, message: string): void {
    log.error(`[controller] ${message}`);
    enter({ name: 'failed', listen, message, taken: false });
  }

  /** Releases what the state holds. */
  async function release(): Promise<void> {
    const released = state;
    if (released.name === 'elsewhere') clearTimeout(released.retryTimer);
    if (released.name !== 'running') return intent.kind === 'stop' ? swappable.closeAll() : undefined;
    // endpoint.stop() cancels the requests immediately; then both close at the same time.
    await Promise.all([released.endpoint.stop(), swappable.closeAll()]);
    log.info(`[controller] stopped listening on ${released.url}`);
  }

  /** The backend for the chats of this window. Without the port, the first chat starts the CLI. */
  function windowBackend(): ChatBackend {
    if (ended) return refusingBackend(ENDED);
    swappable.use(options.desiredConfig().backend);
    return swappable.backend;
  }

  /** @param retryAfterMs until the next attempt to acquire the port */
  function waitForOther(listen: ListenConfig, folder: string | undefined, retryAfterMs: number): State {
    // Not awaited: advance() reports through the state.
    const retryTimer = setTimeout(() => void advance(), retryAfterMs);
    retryTimer.unref();
    return { name: 'elsewhere', listen, folder, retryTimer };
  }

  async function acquire(config: DesiredConfig, kind: RunKind, signal: AbortSignal): Promise<State> {
    const { listen } = config;
    const endpoint = options.createEndpoint(swappable.backend);
    const waiting = state.name === 'elsewhere';
    // While another window has the port, one attempt is enough, and the state changes only with its result.
    const retryForMs = waiting && kind !== 'takeOver' ? 0 : timing.acquirePortMs;
    if (!waiting) enter({ name: 'starting', listen });
    const { windows } = options;
    const acquisition = await acquirePort(endpoint, listen, { windows, retryForMs, signal });
    switch (acquisition.kind) {
      case 'listening':
        log.info(`[controller] listening on ${acquisition.url}, folder ${config.backend.folder}`);
        swappable.use(config.backend);
        return { name: 'running', listen, url: acquisition.url, endpoint };
      case 'elsewhere':
        return waitForOther(listen, acquisition.report.folder, timing.takeOverIntervalMs);
      case 'failed':
        log.error(`[controller] ${acquisition.message}`);
        return { name: 'failed', listen, message: acquisition.message, taken: acquisition.taken };
      case 'aborted':
        return { name: 'stopped' };
    }
  }

  const advance = singleFlight(async () => {
    if (intent.kind === 'stop') {
      await release();
      if (state.name !== 'stopped') enter({ name: 'stopped' });
      return;
    }
    const { kind } = intent;
    const attempt = new AbortController();
    // This step carries the intent out once. Afterwards the intent is `run` again.
    intent = { kind: 'run', attempt };
    const tokenError = await options.tokenKnown.then(
      () => undefined,
      (error: unknown) => asChatError(error).message,
    );
    const config = options.desiredConfig();
    if (kind === 'cede') {
      await release();
      // The other window retries for up to acquirePortMs; this window must not be faster.
      const retryAfterMs = timing.acquirePortMs + timing.takeOverIntervalMs;
      return enter(waitForOther(config.listen, undefined, retryAfterMs));
    }
    const unchanged = 'listen' in state && sameConfig(state.listen, config.listen) && kind !== 'restart';
    if (state.name === 'running' && unchanged) return swappable.use(config.backend);
    if (state.name === 'failed' && unchanged) return;
    if (tokenError !== undefined) return fail(config, tokenError);
    await release();
    if (state.name === 'running') enter({ name: 'starting', listen: config.listen });
    try {
      enter(await acquire(config, kind, attempt.signal));
    } catch (error) {
      fail(config, asChatError(error).message);
    }
  });

  return {
    get status() {
      return statusOf(state, swappable);
    },
    get isStopRequested() {
      return intent.kind === 'stop';
    },
    get readiness() {
      return swappable.readiness;
    },
    backend: {
      models: () => windowBackend().models(),
      chat: (request, signal, listener) => windowBackend().chat(request, signal, listener),
    },
    start() {
      // After a failure a plain `run` would do nothing, because the configuration is the same.
      intent = startIntent(intent, state.name === 'failed' ? 'restart' : 'run');
      return advance();
    },
    stop() {
      intent = stopIntent(intent);
      return advance();
    },
    restart() {
      intent = startIntent(intent, 'restart');
      return advance();
    },
    async serveHere() {
      if (state.name !== 'elsewhere') return state.name === 'running';
      if (!(await options.windows.requestPort(state.listen))) return false;
      intent = handoverIntent(intent, 'takeOver');
      await advance();
      return statusOf(state, swappable).state === 'running';
    },
    cede() {
      if (state.name !== 'running') return;
      intent = handoverIntent(intent, 'cede');
      log.info('[controller] handing the port over to another window');
      // Not awaited: advance() reports through the state.
      void advance();
    },
    refresh: () => (intent.kind === 'stop' ? Promise.resolve() : advance()),
    recheck: () => swappable.recheck(),
    refreshModels: () => swappable.renew(),
    async inspect() {
      const config = options.desiredConfig().backend;
      if (config.kind === 'refuse') throw UNTRUSTED;
      // The running backend knows more about the CLI than a new one.
      const running = swappable.inspect(config);
      if (running !== undefined) return running;
      const backend = options.createBackend(config, () => undefined);
      try {
        return await backend.inspect();
      } finally {
        await backend.close();
      }
    },
    killNow: () => swappable.closeNow(),
    async end() {
      ended = true;
      intent = stopIntent(intent);
      const timer = new AbortController();
      const timeout = delay(timing.endMs, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([advance(), timeout]);
      timer.abort();
      swappable.closeNow();
    },
  };
}
