/**
 * The one owner of the endpoint's life. What is wanted (running or not, and the plan) is compared with what is,
 * one step at a time, so that quick changes of mind and of settings end in the last state asked for.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { refusingBackend, type ChatBackend } from '../../core/backend.js';
import { asChatError, ChatError } from '../../core/errors.js';
import type { CliBackend, CliDiagnosis } from '../../core/cliBackend.js';
import type { Logger } from '../../core/log.js';
import { createSwappableBackend, UNTRUSTED } from './swappableBackend.js';
import { acquirePort } from './acquirePort.js';
import { sameConfig, type BackendConfig, type ListenConfig, type DesiredConfig } from './desiredConfig.js';
import { singleFlight } from '../platform/singleFlight.js';
import { statusOf, type EndpointLife, type State } from './state.js';
import type { Readiness, Status } from './status.js';
import type { Windows } from './windows.js';

export interface ControllerOptions {
  /** Settles when it is known who may use the endpoint: nothing listens before. Rejects when that cannot be known. */
  readonly known: Promise<void>;
  /** What settings and folders come to now. */
  plan(): DesiredConfig;
  createEndpoint(backend: ChatBackend): EndpointLife;
  /** @param onActivity called when the number of waiting requests has changed */
  createBackend(plan: BackendConfig & { kind: 'cli' }, onActivity: () => void): CliBackend;
  onChange(status: Status): void;
  readonly windows: Pick<Windows, 'look' | 'ask'>;
  readonly log: Logger;
  readonly pace: Pace;
}

/** All in milliseconds. */
export interface Pace {
  /** How long a port in use is tried again. */
  readonly patienceMs: number;
  /** Between two looks at a port that another window has. */
  readonly takeOverEveryMs: number;
  /** How long the end may take. */
  readonly endWithinMs: number;
}

/** The host gives all extensions together 5 seconds to end. */
export const PACE: Pace = { patienceMs: 3_000, takeOverEveryMs: 2_000, endWithinMs: 3_000 };

export interface Controller {
  readonly status: Status;
  /**
   * Answers the chats of this window itself, which need no port: also while another window has it. Refuses everything
   * while nothing is to run.
   */
  readonly backend: ChatBackend;
  /** Of the CLI behind it. */
  readonly readiness: Readiness;
  /** Settles when the endpoint runs, or is known not to; never rejects for that. */
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Takes the port over from the window that has it. Whether that window let go of it. */
  serveHere(): Promise<boolean>;
  /** Lets go of the port, for another window that has asked for it. Serves again when that one goes. */
  cede(): void;
  /** Settings, folders or trust may have changed: does what the new plan needs, and nothing when it is the same. */
  refresh(): Promise<void>;
  /** Looks again for a CLI that had a problem. */
  recheck(): void;
  /** Looks closely at the CLI, whether or not anything runs. @throws ChatError when it cannot be used */
  inspect(): Promise<CliDiagnosis>;
  /** Kills what still lives, without waiting: for the exit of the host. */
  killNow(): void;
  /** Stops for good, in a bounded time. */
  end(): Promise<void>;
}

const STOPPED = new ChatError('cancelled', 'The server is stopped. Start it, then try again.');

export function createController(options: ControllerOptions): Controller {
  const { log, pace } = options;
  let state: State = { name: 'stopped' };
  let wanted = false;
  /** The next step acts although the plan has not changed. */
  let forced = false;
  /** Another window has asked for the port. */
  let ceding = false;
  /** Another window has let go of the port for us. */
  let promised = false;
  let attempt = new AbortController();

  const slot = createSwappableBackend({
    create: (plan, onActivity) => options.createBackend(plan, onActivity),
    onChange: () => options.onChange(statusOf(state, slot)),
    warn: (line) => log.warn(line),
  });

  function enter(next: State): void {
    if (next.name !== state.name) log.debug(`[controller] ${state.name} -> ${next.name}`);
    state = next;
    options.onChange(statusOf(state, slot));
  }

  function fail({ listen }: DesiredConfig, message: string): void {
    log.error(`[controller] ${message}`);
    enter({ name: 'failed', listen, message, taken: false });
  }

  async function release(): Promise<void> {
    const before = state;
    if (before.name === 'elsewhere') clearTimeout(before.timer);
    if (before.name !== 'running') return wanted ? undefined : slot.clear();
    // stop() cancels the requests first and at once; then both ends wait at the same time.
    await Promise.all([before.endpoint.stop(), slot.clear()]);
    log.info(`[controller] stopped listening on ${before.url}`);
  }

  /** Without the port, the CLI is started by the first chat, and not before. */
  function own(): ChatBackend {
    if (!wanted) return refusingBackend(STOPPED);
    slot.use(options.plan().backend);
    return slot.backend;
  }

  /** @param afterMs until this window looks again whether it can have the port */
  function waitForOther(listen: ListenConfig, folder: string | undefined, afterMs: number): State {
    // Nothing waits for this step: it reports through the state.
    const timer = setTimeout(() => void advance(), afterMs);
    timer.unref();
    return { name: 'elsewhere', listen, folder, timer };
  }

  async function take(plan: DesiredConfig): Promise<State> {
    const { listen } = plan;
    const endpoint = options.createEndpoint(slot.backend);
    // A window that waits for its turn looks once; its state changes only with the result.
    const patienceMs = state.name === 'elsewhere' && !promised ? 0 : pace.patienceMs;
    promised = false;
    if (state.name !== 'elsewhere') enter({ name: 'starting', listen });
    const binding = await acquirePort(endpoint, listen, patienceMs, attempt.signal);
    switch (binding.kind) {
      case 'listening':
        log.info(`[controller] listening on ${binding.url}, folder ${plan.backend.folder}`);
        slot.use(plan.backend);
        return { name: 'running', listen, url: binding.url, endpoint };
      case 'elsewhere':
        return waitForOther(listen, (await options.windows.look(listen))?.folder, pace.takeOverEveryMs);
      case 'failed':
        log.error(`[controller] ${binding.message}`);
        return { name: 'failed', listen, message: binding.message, taken: binding.taken };
      case 'aborted':
        return { name: 'stopped' };
    }
  }

  const advance = singleFlight(async () => {
    const force = forced;
    forced = false;
    if (!wanted) {
      await release();
      if (state.name !== 'stopped') enter({ name: 'stopped' });
      return;
    }
    const unknown = await options.known.then(
      () => undefined,
      (error: unknown) => asChatError(error).message,
    );
    const plan = options.plan();
    const unchanged = 'listen' in state && sameConfig(state.listen, plan.listen) && !force;
    if (ceding) {
      ceding = false;
      await release();
      // The one that asked has the port as soon as it is free; this one must not be quicker.
      return enter(waitForOther(plan.listen, undefined, pace.patienceMs + pace.takeOverEveryMs));
    }
    if (state.name === 'running' && unchanged) return slot.use(plan.backend);
    if (state.name === 'failed' && unchanged) return;
    if (unknown !== undefined) return fail(plan, unknown);
    await release();
    if (state.name === 'running') enter({ name: 'starting', listen: plan.listen });
    attempt = new AbortController();
    try {
      enter(await take(plan));
    } catch (error) {
      fail(plan, asChatError(error).message);
    }
  });

  return {
    get status() {
      return statusOf(state, slot);
    },
    get readiness() {
      return slot.readiness;
    },
    backend: {
      models: () => own().models(),
      chat: (request, signal, listener) => own().chat(request, signal, listener),
    },
    start() {
      wanted = true;
      forced ||= state.name === 'failed';
      return advance();
    },
    stop() {
      wanted = false;
      attempt.abort();
      return advance();
    },
    restart() {
      wanted = true;
      forced = true;
      return advance();
    },
    async serveHere() {
      if (state.name !== 'elsewhere') return state.name === 'running';
      promised = await options.windows.ask(state.listen);
      if (!promised) return false;
      await advance();
      return statusOf(state, slot).state === 'running';
    },
    cede() {
      if (state.name !== 'running') return;
      ceding = true;
      log.info('[controller] hands the port over to another window');
      // It reports through the state.
      void advance();
    },
    refresh: () => (wanted ? advance() : Promise.resolve()),
    recheck: () => slot.recheck(),
    async inspect() {
      const plan = options.plan().backend;
      if (plan.kind === 'refuse') throw UNTRUSTED;
      const backend = options.createBackend(plan, () => undefined);
      try {
        return await backend.inspect();
      } finally {
        await backend.close();
      }
    },
    killNow: () => slot.closeNow(),
    async end() {
      wanted = false;
      attempt.abort();
      const limit = new AbortController();
      const late = delay(pace.endWithinMs, undefined, { signal: limit.signal }).catch(() => undefined);
      await Promise.race([advance(), late]);
      limit.abort();
      slot.closeNow();
    },
  };
}
