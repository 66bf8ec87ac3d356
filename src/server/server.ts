/** The server's public face: an endpoint that listens, answers with a backend, and stops. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatBackend } from '../core/backend.js';
import { ChatError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { createCopies } from './copies.js';
import { createHttpServer } from './httpServer.js';
import { createIntake } from './intake.js';
import { listen, type ListenAddress } from './listen.js';
import type { RequestRecord } from './record.js';
import { createResidency } from './residency.js';
import { createRouter } from './router.js';
import { anthropicRoutes } from './routes/anthropic.js';
import type { RouteContext } from './routes/context.js';
import { ollamaRoutes } from './routes/ollama.js';
import { openaiRoutes } from './routes/openai.js';
import type { EndpointSettings } from './settings.js';

export { ListenError, type ListenAddress, type ListenErrorKind } from './listen.js';
export { type Listener, whoListens } from './probe.js';
export { formatRecord, type RequestRecord } from './record.js';
export type { EndpointSettings } from './settings.js';

/** What the endpoint is doing. */
export interface Activity {
  /** Chats being answered now. */
  readonly running: number;
  /** Chats begun since the endpoint was created, the running ones included. */
  readonly total: number;
}

export interface EndpointOptions {
  readonly backend: () => ChatBackend;
  readonly settings: () => EndpointSettings;
  /** Gets what the records do not say: defects, foreign model names, refused pages, and bodies at `trace`. */
  readonly log: Logger;
  /** `claude-ollama-server/0.1.0`: the `Server` header of `/`, by which other windows know us. */
  readonly identity: string;
  /** Called once for each request, when it is over; meant for a line of the log, by `formatRecord`. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Called whenever `activity()` has changed. */
  readonly onActivity?: (activity: Activity) => void;
  /** Silence in a stream, in milliseconds, after which an empty chunk keeps the connection alive. */
  readonly heartbeatMs?: number;
}

export interface Endpoint {
  /**
   * Begins to listen, on that port and no other. While it starts or runs, further calls return the same promise.
   * @throws ListenError
   */
  start(host: string, port: number): Promise<ListenAddress>;
  /** Refuses new requests, ends running ones with an error, closes every connection. Takes at most 2.5 s. */
  stop(): Promise<void>;
  /** Where it listens, or `undefined` while it does not. */
  address(): ListenAddress | undefined;
  activity(): Activity;
}

const HEARTBEAT_MS = 15_000;
/** How long the answers under way have to bring their last line out. */
const STOP_GRACE_MS = 1_000;
/** How long the closing of connections may then take. */
const CLOSE_MS = 1_000;

interface Opened {
  readonly server: Server;
  readonly address: ListenAddress;
}

/** Starting, and running once `address` is set. */
interface Active {
  readonly type: 'active';
  readonly opened: Promise<Opened>;
  readonly started: Promise<ListenAddress>;
  address: ListenAddress | undefined;
}

interface Stopping {
  readonly type: 'stopping';
  readonly stopped: Promise<void>;
}

type State = { readonly type: 'stopped' } | Active | Stopping;

/** Resolves when the promise does, but after that time at the latest. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([promise, delay(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}

/** An endpoint that does not listen yet. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const { log } = options;
  let state: State = { type: 'stopped' };
  let running = 0;
  let total = 0;

  const context: RouteContext = {
    backend: options.backend,
    settings: options.settings,
    residency: createResidency(() => performance.now()),
    copies: createCopies(),
    identity: options.identity,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    since: new Date(),
  };
  const intake = createIntake({
    router: createRouter([...ollamaRoutes(context), ...openaiRoutes(context), ...anthropicRoutes(context)]),
    policy: () => {
      const { allowedHosts, allowedOrigins, lanes } = options.settings();
      return { allowedHosts, allowedOrigins, localPages: !lanes.includes('workspace') };
    },
    log,
    onRecord: (record) => options.onRequest?.(record),
    onWork: (change) => {
      running += change;
      if (change > 0) total += 1;
      options.onActivity?.({ running, total });
    },
  });

  const open = async (host: string, port: number): Promise<Opened> => {
    const server = createHttpServer((request, response) => intake.accept(request, response));
    intake.open();
    const address = await listen(server, host, port);
    server.on('error', (error) => log.error(`The server failed: ${error.message}`));
    return { server, address };
  };

  const shutDown = async (opened: Promise<Opened>): Promise<void> => {
    const server = await opened.then(
      (all) => all.server,
      () => undefined,
    );
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    await within(intake.close(new ChatError('cancelled', 'The server is stopping.')), STOP_GRACE_MS);
    server.closeAllConnections();
    await within(closed, CLOSE_MS);
  };

  return {
    start(host, port) {
      if (state.type === 'active') return state.started;
      const before = state.type === 'stopping' ? state.stopped : Promise.resolve();
      const opened = before.then(() => open(host, port));
      const own: Active = {
        type: 'active',
        opened,
        started: opened.then(
          ({ address }) => (own.address = address),
          (error: unknown) => {
            if (state === own) state = { type: 'stopped' };
            throw error;
          },
        ),
        address: undefined,
      };
      state = own;
      return own.started;
    },
    stop() {
      if (state.type === 'stopping') return state.stopped;
      if (state.type === 'stopped') return Promise.resolve();
      const own: Stopping = {
        type: 'stopping',
        stopped: shutDown(state.opened).then(() => {
          if (state === own) state = { type: 'stopped' };
        }),
      };
      state = own;
      return own.stopped;
    },
    address: () => (state.type === 'active' ? state.address : undefined),
    activity: () => ({ running, total }),
  };
}
