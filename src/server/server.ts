/** The public API of the server: an endpoint that listens, answers with a backend, and stops. */
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatBackend } from '../core/backend.js';
import { ChatError } from '../core/errors.js';
import { OTHER_USER } from './authorize.js';
import { createConnectionLimit } from './connectionLimit.js';
import { closingReply, createHttpServer, MAX_CONNECTIONS, type Timeouts, TIMEOUTS } from './httpServer.js';
import { createRequestHandler } from './requestHandler.js';
import { isStrong, type ListenAddress, requireBindAddress } from './listen.js';
import { type Activity, isolateObservers, type Observers } from './observers.js';
import { createRefusalLog } from './refusalLog.js';
import { createPeerUserCheck } from './peerUser.js';
import { createLoadedModels } from './loadedModels.js';
import { createRouter } from './router.js';
import { anthropicRoutes } from './routes/anthropic.js';
import type { RouteContext } from './routes/context.js';
import { ollamaRoutes } from './routes/ollama.js';
import { openaiRoutes } from './routes/openai.js';
import { openDualStack, type DualStackServer } from './dualStack.js';
import type { EndpointSettings } from './endpointSettings.js';
import { createMemoryStore, type ModelStore } from './modelStore.js';
import { createStoredModels } from './storedModels.js';
import { type ServingWindow, windowRoutes } from './windowLink.js';

export {
  bindAddress,
  isStrong,
  ListenError,
  type ListenAddress,
  type ListenErrorKind,
  reachableHost,
} from './listen.js';
export type { Activity } from './observers.js';
export { findPortOwner } from './portOwner.js';
export { formatRecord, type RequestRecord } from './requestLog.js';
export type { EndpointSettings } from './endpointSettings.js';
export { createFileStore } from './fileStore.js';
export type { ModelStore } from './modelStore.js';
export { urlWithToken } from './token.js';
export { requestWindow, WINDOW_PATH, type WindowReport } from './windowLink.js';

export interface EndpointOptions extends Observers {
  readonly backend: () => ChatBackend;
  readonly settings: () => EndpointSettings;
  /** `claude-ollama-server/0.1.0`: the `Server` header of `GET /`, by which other windows recognize this product. */
  readonly identity: string;
  /** Keeps the models that clients create; without it, they are kept in memory. */
  readonly modelStore?: ModelStore;
  /** Replies to other VS Code windows of the same user. */
  readonly windows?: ServingWindow;
  /** Milliseconds of silence in a stream after which an empty chunk is sent to keep the connection alive. */
  readonly heartbeatMs?: number;
  readonly timeouts?: Partial<Timeouts>;
}

export interface Endpoint {
  /**
   * Listens on exactly this port. While the endpoint starts or runs, further calls return the same promise.
   * @throws ListenError
   */
  start(host: string, port: number): Promise<ListenAddress>;
  /** Refuses new requests, ends running ones with an error, and closes every connection. Takes at most 2.5 s. */
  stop(): Promise<void>;
  /** Where it listens; `undefined` while it does not listen. */
  address(): ListenAddress | undefined;
  activity(): Activity;
}

const HEARTBEAT_MS = 15_000;
/** How long running replies may take to send their last frame. */
const STOP_GRACE_MS = 1_000;
/** How long closing the connections may take after that. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Starting, or running if `address` is set. */
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

/** Resolves with the promise, or after the given time. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([promise, delay(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}

/** An endpoint that does not listen yet. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const observers = isolateObservers(options, () => [options.settings().token ?? '']);
  const { log } = observers;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const connections = createConnectionLimit(MAX_CONNECTIONS);
  const peerUsers = createPeerUserCheck();
  /** Whether it listens on an address that other machines may reach. */
  let isPublic = false;
  let state: State = { type: 'stopped' };
  let running = 0;
  let total = 0;

  const context: RouteContext = {
    backend: options.backend,
    settings: options.settings,
    loadedModels: createLoadedModels(() => performance.now()),
    storedModels: createStoredModels(options.modelStore ?? createMemoryStore(), log),
    identity: options.identity,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    createdAt: new Date(),
  };
  const refusals = createRefusalLog(log);
  const requestHandler = createRequestHandler({
    refusals,
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
        // If the token is removed or shortened while other machines can reach the server, require the empty token, which
        // no request can match, so that every request is refused.
        token: isPublic && !isStrong(token) ? '' : token,
        otherUsers: allowOtherUsers,
      };
    },
    isOwnUser: (socket) => peerUsers.isOwnUser(socket),
    log,
    onRecord: observers.onRequest,
    observeChat: observers.observeChat,
    onRunningChats: (change) => {
      running += change;
      if (change > 0) total += 1;
      observers.onActivity({ running, total });
    },
  });

  const newServer = (): Server =>
    createHttpServer({
      gate: {
        acceptsAll: () => options.settings().allowOtherUsers,
        isAccepted: (socket) => peerUsers.isOwnUser(socket),
        refusal: closingReply('403 Forbidden', OTHER_USER.message),
        onRefused() {
          if (refusals.count()) log.warn('Refused a connection of another user of this machine.');
        },
      },
      onRequest: (request, response) => requestHandler.accept(request, response),
      connections,
      timeouts,
    });

  const open = (host: string, port: number): Promise<DualStackServer> => {
    const bind = requireBindAddress(host, options.settings().token);
    isPublic = bind.public;
    requestHandler.open();
    return openDualStack(newServer, bind, port, log);
  };

  const shutDown = async (opened: Promise<DualStackServer>): Promise<void> => {
    const servers = await opened.catch(() => undefined);
    if (servers === undefined) return;
    const closed = servers.close();
    await within(requestHandler.close(new ChatError('cancelled', 'The server is stopping.')), STOP_GRACE_MS);
    servers.closeAllConnections();
    await within(closed, CLOSE_TIMEOUT_MS);
  };

  return {
    start(host, port) {
      if (state.type === 'active') return state.started;
      const previous = state.type === 'stopping' ? state.stopped : Promise.resolve();
      const opened = previous.then(() => open(host, port));
      const active: Active = {
        type: 'active',
        opened,
        started: opened.then(
          ({ address }) => (active.address = address),
          (error: unknown) => {
            if (state === active) state = { type: 'stopped' };
            throw error;
          },
        ),
        address: undefined,
      };
      state = active;
      return active.started;
    },
    stop() {
      if (state.type === 'stopping') return state.stopped;
      if (state.type === 'stopped') return Promise.resolve();
      const stopping: Stopping = {
        type: 'stopping',
        stopped: shutDown(state.opened).then(() => {
          if (state === stopping) state = { type: 'stopped' };
        }),
      };
      state = stopping;
      return stopping.stopped;
    },
    address: () => (state.type === 'active' ? state.address : undefined),
    activity: () => ({ running, total }),
  };
}
