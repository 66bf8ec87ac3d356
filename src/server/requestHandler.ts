/** A request's way in: peer, guard, token, router, handler; and its record on the way out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { asChatError, ChatError } from '../core/errors.js';
import { type Logger, printable } from '../core/log.js';
import { type ChatObserver, cancelledInVscode, type ObserveChat } from '../core/chatObserver.js';
import type { Dialect } from '../protocol/dialect.js';
import { type Access, authorize } from './authorize.js';
import { type Exchange, JSON_TYPE, send, sendFailure } from './exchange.js';
import { corsHeaders, preflightHeaders, type Verdict } from './guard.js';
import { clientName, type RecordNotes, type RequestRecord, routeName } from './requestLog.js';
import { type Match, pathOf, type Router } from './router.js';
import { type Addressed, takeToken } from './token.js';

/** What the intake needs of its endpoint. `onRecord`, `onWork`, `watch` and what that returns, and the log never throw. */
export interface RequestHandlerContext {
  readonly router: Router;
  readonly access: () => Access;
  readonly isOwnPeer: (socket: Socket) => Promise<boolean>;
  readonly log: Logger;
  readonly onRecord: (record: RequestRecord) => void;
  /** Called with +1 and -1 around the backend's work. */
  readonly onWork: (change: 1 | -1) => void;
  readonly watch: ObserveChat;
}

/** Takes requests in, and can end all that are under way. */
export interface RequestHandler {
  accept(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Ends every request under way with that error; those that come after it are refused with it.
   * Resolves when every answer is out or its connection gone.
   */
  close(reason: ChatError): Promise<void>;
  /** Lets requests in again. */
  open(): void;
}

const CLIENT_GONE = 499;
const TEXT_TYPE = 'text/plain';

const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

type Denial = Extract<Verdict, { type: 'deny' }>;

function deny(response: ServerResponse, verdict: Denial, dialect: Dialect): void {
  if (verdict.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  send(response, verdict.status, JSON_TYPE, dialect.refusal(verdict.status, verdict.message));
}

/**
 * The answers that no handler is needed for, in Ollama's words.
 * @param prefix what a redirect must keep in front of its path
 */
function sendUnrouted(
  response: ServerResponse,
  method: string,
  match: Exclude<Match, { type: 'route' }>,
  prefix: string,
): void {
  switch (match.type) {
    case 'redirect': {
      response.setHeader('Location', prefix + match.location);
      const html = method === 'GET' ? 'text/html; charset=utf-8' : undefined;
      send(response, match.status, html, '');
      break;
    }
    case 'options':
      response.setHeader('Allow', `${match.allow}, OPTIONS`);
      response.writeHead(204);
      response.end();
      break;
    case 'wrongMethod':
      response.setHeader('Allow', match.allow);
      send(response, 405, TEXT_TYPE, '405 method not allowed');
      break;
    case 'unknown':
      send(response, 404, TEXT_TYPE, '404 page not found');
      break;
  }
}

export function createRequestHandler(context: RequestHandlerContext): RequestHandler {
  const underWay = new Set<AbortController>();
  let closed: ChatError | undefined;
  let whenIdle: (() => void) | undefined;
  let count = 0;

  const open = (request: IncomingMessage, response: ServerResponse, target: string): Exchange => {
    const started = performance.now();
    const startedAt = Date.now();
    count += 1;
    const id = count;
    const notes: RecordNotes = {};
    const controller = new AbortController();
    const client = clientName(request.headers['user-agent']);
    let watcher: ChatObserver | undefined;
    const elapsedMs = (): number => performance.now() - started;
    underWay.add(controller);
    response.once('close', () => {
      underWay.delete(controller);
      if (underWay.size === 0) whenIdle?.();
      const gone = !response.writableFinished;
      if (gone) {
        const late = response.errored instanceof ChatError ? response.errored : undefined;
        if (late !== undefined) notes.error = late.message;
        controller.abort(late ?? new ChatError('cancelled', 'The client went away.'));
      }
      const totalMs = elapsedMs();
      const status = gone ? CLIENT_GONE : response.statusCode;
      const method = request.method ?? '';
      const route = routeName(pathOf(target));
      const chat = watcher !== undefined;
      context.onRecord({ id, method, route, client, status, startedAt, totalMs, chat, ...notes });
      const { aborted } = controller.signal;
      const why = aborted ? { error: asChatError(controller.signal.reason).message } : {};
      watcher?.end({ ...notes, totalMs, cancelled: aborted, ...why });
    });
    return {
      id,
      request,
      response,
      dialect: context.router.dialectOf(target),
      signal: controller.signal,
      log: context.log,
      elapsedMs,
      notes,
      reached: (phase) => watcher?.phase(phase),
      decided: (decision) => watcher?.permissionDecided(decision),
      async working(work) {
        context.onWork(1);
        try {
          const { model = '', lane = 'chat' } = notes;
          const cancel = (): void => controller.abort(cancelledInVscode());
          watcher = context.watch({ label: `#${id}`, client, model, lane, startedAt, cancel });
          return await work();
        } finally {
          context.onWork(-1);
        }
      },
    };
  };

  const answer = async (exchange: Exchange, addressed: Addressed): Promise<void> => {
    const { request, response, notes } = exchange;
    setHeaders(response, SECURITY_HEADERS);
    const verdict = await authorize(request, addressed, context.access(), context.isOwnPeer);
    if (verdict.type === 'preflight') {
      setHeaders(response, preflightHeaders(verdict.corsOrigin));
      response.writeHead(204);
      response.end();
      return;
    }
    if (verdict.corsOrigin !== undefined) setHeaders(response, corsHeaders(verdict.corsOrigin));
    if (verdict.type === 'deny') {
      notes.error = verdict.message;
      const { host = '', origin = '' } = request.headers;
      context.log.debug(
        `#${exchange.id} refused: Host ${printable(host, 80)}, Origin ${printable(origin, 80)}`,
      );
      deny(response, verdict, exchange.dialect);
      return;
    }
    // Who went away while its connection was looked at has no use for an answer, and gets no work done.
    exchange.signal.throwIfAborted();
    if (closed !== undefined) {
      response.setHeader('Connection', 'close');
      throw closed;
    }
    const method = request.method ?? '';
    const match = context.router.match(method, addressed.target);
    if (match.type === 'route') await match.route.handle(exchange, match.segment);
    else sendUnrouted(response, method, match, addressed.prefix);
  };

  return {
    accept(request, response) {
      // A client's reset also comes as an error of the streams, and `close` follows it.
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      const addressed = takeToken(request.url ?? '');
      const exchange = open(request, response, addressed.target);
      void answer(exchange, addressed)
        .catch((thrown: unknown) => sendFailure(exchange, thrown))
        // What fails even at that has nothing to say any more.
        .catch(() => response.destroy());
    },
    close(reason) {
      closed = reason;
      for (const controller of underWay) controller.abort(reason);
      return new Promise((resolve) => {
        whenIdle = resolve;
        if (underWay.size === 0) resolve();
      });
    },
    open() {
      closed = undefined;
    },
  };
}
