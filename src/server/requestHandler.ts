/** Handles a request: connection owner, guard, token, router, route; and records it when it ends. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ChatObservation, startObservation } from '../core/chatObservation.js';
import type { ObserveChat } from '../core/chatObserver.js';
import { asChatError, ChatError } from '../core/errors.js';
import { type Logger, printable } from '../core/log.js';
import { type Access, authorize } from './authorize.js';
import { corsHeaders, preflightHeaders } from './cors.js';
import { type Exchange, JSON_TYPE, send, sendAndClose, sendFailure } from './exchange.js';
import type { Verdict } from './guard.js';
import type { RefusalLog } from './refusalLog.js';
import { clientName, type RecordNotes, type RequestRecord, routeName } from './requestLog.js';
import { readTarget, type RequestTarget } from './requestTarget.js';
import { type Match, pathOf, type Router } from './router.js';

/** What the request handler needs of its endpoint. The callbacks, the observers and the log must not throw. */
export interface RequestHandlerContext {
  readonly router: Router;
  readonly access: () => Access;
  readonly isOwnUser: (socket: Socket) => boolean | Promise<boolean>;
  readonly log: Logger;
  readonly refusals: RefusalLog;
  readonly onRecord: (record: RequestRecord) => void;
  /** Called with +1 when a chat is passed to the backend and with -1 when it ends. */
  readonly onRunningChats: (change: 1 | -1) => void;
  readonly observeChat: ObserveChat;
}

/** Accepts requests, and can end all that are running. */
export interface RequestHandler {
  accept(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Ends every running request, and refuses new ones, with this error. Resolves when every reply is sent or its
   * connection closed.
   */
  close(reason: ChatError): Promise<void>;
  /** Accepts requests again. */
  open(): void;
}

/** nginx's status for a client that closed the connection. It appears only in records. */
const CLIENT_CLOSED_REQUEST = 499;
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

/** Refuses a request. A client without the right to use the server also loses its connection. */
function deny({ response, dialect, requestId }: Exchange, { status, message }: Denial): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  const text = dialect.refusal(status, message, requestId);
  if (status === 401 || status === 403) sendAndClose(response, status, text);
  else send(response, status, JSON_TYPE, text);
}

/**
 * Replies where no route matches, as Ollama's router (gin) does.
 * @param prefix what a redirect must keep before its path
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

const DISCONNECTED = new ChatError('cancelled', 'The client disconnected.');

export function createRequestHandler(context: RequestHandlerContext): RequestHandler {
  const running = new Set<AbortController>();
  /** Responses to refused requests that are only part of a sum in the log. */
  const unrecorded = new WeakSet<ServerResponse>();
  let closeReason: ChatError | undefined;
  let onIdle: (() => void) | undefined;
  let count = 0;

  const openExchange = (request: IncomingMessage, response: ServerResponse, target: string): Exchange => {
    const started = performance.now();
    const startedAt = Date.now();
    count += 1;
    const id = count;
    const requestId = `req_${randomBytes(12).toString('hex')}`;
    const notes: RecordNotes = {};
    const controller = new AbortController();
    const { signal } = controller;
    const client = clientName(request.headers['user-agent']);
    let observation: ChatObservation | undefined;
    const elapsedMs = (): number => performance.now() - started;
    running.add(controller);

    response.once('close', () => {
      running.delete(controller);
      if (running.size === 0) onIdle?.();
      const disconnected = !response.writableFinished;
      if (disconnected) {
        const timeout = response.errored instanceof ChatError ? response.errored : undefined;
        if (timeout !== undefined) notes.error = timeout.message;
        controller.abort(timeout ?? DISCONNECTED);
      }
      const totalMs = elapsedMs();
      if (unrecorded.has(response)) return;
      context.onRecord({
        id,
        requestId,
        method: request.method ?? '',
        route: routeName(pathOf(target)),
        client,
        status: disconnected ? CLIENT_CLOSED_REQUEST : response.statusCode,
        startedAt,
        totalMs,
        chat: observation !== undefined,
        ...observation?.metrics,
        ...notes,
      });
      const error = signal.aborted ? asChatError(signal.reason).message : notes.error;
      const failure = error === undefined ? {} : { error };
      const cut = signal.reason === DISCONNECTED ? { disconnected: true } : {};
      observation?.end({ totalMs, cancelled: signal.aborted, ...cut, ...failure });
    });

    return {
      id,
      requestId,
      request,
      response,
      dialect: context.router.dialectOf(target),
      signal,
      log: context.log,
      elapsedMs,
      notes,
      async runChat(run) {
        context.onRunningChats(1);
        try {
          const { model = '', lane = 'chat', error: _, ...names } = notes;
          observation = startObservation({
            observeChat: context.observeChat,
            chat: { ...names, label: `#${id}`, requestId, client, model, lane, startedAt },
            elapsedMs,
            cancel: (reason) => controller.abort(reason),
          });
          return await run(observation);
        } finally {
          context.onRunningChats(-1);
        }
      },
    };
  };

  const reply = async (exchange: Exchange, addressed: RequestTarget): Promise<void> => {
    const { request, response, requestId, notes } = exchange;
    setHeaders(response, SECURITY_HEADERS);
    // Anthropic's SDKs read the first one (`_request_id` of a message), OpenAI's the second one.
    setHeaders(response, { 'request-id': requestId, 'x-request-id': requestId });
    const decision = authorize(request, addressed, context.access(), context.isOwnUser);
    const verdict = decision instanceof Promise ? await decision : decision;
    if (verdict.type === 'preflight') {
      const asked = request.headers['access-control-request-headers'];
      setHeaders(response, preflightHeaders(verdict.corsOrigin, asked));
      response.writeHead(204);
      response.end();
      return;
    }
    if (verdict.corsOrigin !== undefined) setHeaders(response, corsHeaders(verdict.corsOrigin));
    if (verdict.type === 'deny') {
      notes.error = verdict.message;
      if (context.refusals.count()) {
        const { host = '', origin = '' } = request.headers;
        context.log.debug(
          `#${exchange.id} refused: Host ${printable(host, 80)}, Origin ${printable(origin, 80)}`,
        );
      } else unrecorded.add(response);
      deny(exchange, verdict);
      return;
    }
    // Continue when everything that arrived together has been parsed: if a part is malformed, none of it is answered.
    await Promise.resolve();
    // The client may have disconnected meanwhile. Then do no work for it.
    exchange.signal.throwIfAborted();
    if (closeReason !== undefined) {
      response.setHeader('Connection', 'close');
      throw closeReason;
    }
    const method = request.method ?? '';
    const match = context.router.match(method, addressed.target);
    if (match.type === 'route') await match.route.handle(exchange, match.segment);
    else sendUnrouted(response, method, match, addressed.prefix);
  };

  return {
    accept(request, response) {
      // A reset by the client also emits `error` on both streams. `close` follows and is handled.
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      const addressed = readTarget(request.url ?? '');
      const exchange = openExchange(request, response, addressed.target);
      void reply(exchange, addressed)
        .catch((thrown: unknown) => sendFailure(exchange, thrown))
        // If the error reply also fails, drop the connection.
        .catch(() => response.destroy());
    },
    close(reason) {
      closeReason = reason;
      for (const controller of running) controller.abort(reason);
      return new Promise((resolve) => {
        onIdle = resolve;
        if (running.size === 0) resolve();
      });
    },
    open() {
      closeReason = undefined;
    },
  };
}
