/** The server's public face: an endpoint that listens, answers with a backend, and stops. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatBackend } from '../core/backend.js';
import { ChatError } from '../core/errors.js';
import { createConnectionLimit } from './connectionLimit.js';
import { createCopiedModels } from './copiedModels.js';
import { createHttpServer, MAX_CONNECTIONS, type Timeouts, TIMEOUTS } from './httpServer.js';
import { createRequestHandler } from './requestHandler.js';
import { isStrong, type ListenAddress, requireBindAddress } from './listen.js';
import { type Activity, isolated, type Observers } from './observers.js';
import { createPeerUserCheck } from './peerUser.js';
import { createLoadedModels } from './loadedModels.js';
import { createRouter } from './router.js';
import { anthropicRoutes } from './routes/anthropic.js';
import type { RouteContext } from './routes/context.js';
import { ollamaRoutes } from './routes/ollama.js';
import { openaiRoutes } from './routes/openai.js';
import { openDualStack, type DualStackServer } from './dualStack.js';
import type { EndpointSettings } from './settings.js';
import { type WindowHost, windowRoutes } from './windows.js';

export {
  bindAddress,
  isStrong,
  ListenError,
  type ListenAddress,
  type ListenErrorKind,
  reachableHost,
} from './listen.js';
export type { Activity } from './observers.js';
export { type PortOwner, findPortOwner } from './portOwner.js';
export { formatRecord, type RequestRecord } from './requestLog.js';
export type { EndpointSettings } from './settings.js';
export { urlWithToken } from './token.js';
export { askWindow, WINDOW_PATH, type WindowReport } from './windows.js';

export interface EndpointOptions extends Observers {
  readonly backend: () => ChatBackend;
  readonly settings: () => EndpointSettings;
  /** `claude-ollama-server/0.1.0`: the `Server` header of `/`, by which other windows know us. */
  readonly identity: string;
  /** Answers other windows of the editor. */
  readonly windows?: WindowHost;
  /** Silence in a stream, in milliseconds, after which an empty chunk keeps the connection alive. */
  readonly heartbeatMs?: number;
  readonly timeouts?: Partial<Timeouts>;
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

/** Starting, and running once `address` is set. */
interface Active {
  readonly type: 'active';
  readonly opened: Promise<DualStackServer>;
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
  const listeners = isolated(options, () => [options.settings().token ?? '']);
  const { log } = listeners;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const connections = createConnectionLimit(MAX_CONNECTIONS);
  const peers = createPeerUserCheck();
  /** Whether other machines may reach it. */
  let wide = false;
  let state: State = { type: 'stopped' };
  let running = 0;
  let total = 0;

  const context: RouteContext = {
    backend: options.backend,
    settings: options.settings,
    residency: createLoadedModels(() => performance.now()),
    copies: createCopiedModels(),
    identity: options.identity,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    since: new Date(),
  };
  const intake = createRequestHandler({
    router: createRouter([
      ...ollamaRoutes(context),
      ...openaiRoutes(context),
      ...anthropicRoutes(context),
      ...(options.windows === undefined ? [] : windowRoutes(options.windows)),
    ]),
    access: () => {
      const { allowedHosts, allowedOrigins, lanes, token, allowOtherUsers } = options.settings();
      const localPages = !lanes.includes('workspace') || token !== undefined;
      return {
        policy: { allowedHosts, allowedOrigins, localPages },
        // A token that was taken back does not leave the door open: nobody has the empty one.
        token: wide && !isStrong(token) ? '' : token,
        otherUsers: allowOtherUsers,
      };
    },
    isOwnPeer: (socket) => peers.isOwn(socket),
    log,
    onRecord: listeners.onRequest,
    watch: listeners.watch,
    onWork: (change) => {
      running += change;
      if (change > 0) total += 1;
      listeners.onActivity({ running, total });
    },
  });

  const lookAhead = async (socket: Socket): Promise<void> => {
    if (!options.settings().allowOtherUsers) await peers.isOwn(socket);
  };
  const newServer = (): Server =>
    createHttpServer({
      // Begun here, so that the answer is there by the time the request is. A request meets its failure by itself.
      onConnection: (socket) => void lookAhead(socket).catch(() => undefined),
      onRequest: (request, response) => intake.accept(request, response),
      connections,
      timeouts,
    });

  const open = (asked: string, port: number): Promise<DualStackServer> => {
    const bind = requireBindAddress(asked, options.settings().token);
    wide = bind.wide;
    intake.open();
    return openDualStack(newServer, bind, port, log);
  };

  const shutDown = async (opened: Promise<DualStackServer>): Promise<void> => {
    const servers = await opened.catch(() => undefined);
    if (servers === undefined) return;
    const closed = servers.close();
    await within(intake.close(new ChatError('cancelled', 'The server is stopping.')), STOP_GRACE_MS);
    servers.closeAllConnections();
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
