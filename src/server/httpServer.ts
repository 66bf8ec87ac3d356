import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ChatError } from '../core/errors.js';
import { type ConnectionGateOptions, gateConnections } from './connectionGate.js';
import type { ConnectionLimit } from './connectionLimit.js';
import { closeGently } from './gentleClose.js';

/** Time limits of a connection, in milliseconds. None of them ends a long reply. */
export interface Timeouts {
  /** Until the head of a request has arrived completely. */
  readonly headers: number;
  /** Until the whole request has arrived. */
  readonly request: number;
  /** How long a client may read nothing while data waits for it. Detection may take as long again. */
  readonly send: number;
}

export const TIMEOUTS: Timeouts = { headers: 10_000, request: 60_000, send: 60_000 };

/** Longer than the keep-alive of usual clients, so that the server does not close a connection during a request. */
const KEEP_ALIVE_MS = 65_000;
const MAX_CHECK_INTERVAL_MS = 1_000;
/** As much as common proxies pass on. Sign-in tokens and traces can make a head large. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Requests of a connection that are not answered yet. Clients that send requests ahead send a few. */
export const MAX_UNANSWERED = 64;
/** Open connections of an endpoint, on all its addresses. A connection may carry any number of requests. */
export const MAX_CONNECTIONS = 256;

/** Code of a parser error → status line. */
const PARSE_ERRORS = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/** The reply to bytes that are not a valid request. */
function parseErrorReply(code: string): string {
  const status = PARSE_ERRORS.get(code) ?? '400 Bad Request';
  return closingReply(status, status.slice(4).toLowerCase());
}

/** A whole reply with an error, for a connection whose requests are not read. */
export function closingReply(status: string, error: string): string {
  const body = JSON.stringify({ error });
  return [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

export interface HttpServerOptions {
  readonly gate: ConnectionGateOptions;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Shared by all servers of an endpoint. */
  readonly connections: ConnectionLimit;
  readonly timeouts: Timeouts;
}

/** Counts a connection as active from the end of its request to the end of the reply. */
function trackActivity(
  connections: ConnectionLimit,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { socket, headers } = request;
  let active = false;
  const begin = (): void => {
    if (response.closed) return;
    active = true;
    connections.begin(socket);
  };
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody) request.once('end', begin);
  else begin();
  response.once('close', () => {
    if (active) connections.end(socket);
  });
}

/**
 * Node emits `close` for the one response that a connection is sending when it closes. Those of further requests that it has
 * read would wait forever, and their chats would go on.
 */
function closeAll(responses: Iterable<ServerResponse>): void {
  for (const response of responses) if (!response.closed) response.emit('close');
}

/**
 * Creates Node's HTTP server with our limits. It has no `upgrade` listener on purpose: Node then handles a request with
 * an `Upgrade` header like any other. Java's HTTP client needs that, because it offers HTTP/2 with every request.
 */
export function createHttpServer({ gate, onRequest, connections, timeouts }: HttpServerOptions): Server {
  /** The unfinished responses of each connection, and the one that closes it, after which no request is answered. */
  const unfinished = new WeakMap<Duplex, Set<ServerResponse>>();
  /** Connections on which nothing more is answered → the requests that arrived since. */
  const closing = new WeakMap<Duplex, number>();
  const options = {
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, timeouts.headers / 2),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(options, (request, response) => {
    const { socket } = request;
    const responses = unfinished.get(socket) ?? new Set();
    // Node parses all heads that arrived together, also after one whose response closes the connection.
    if (socket.destroyed) return;
    const ignored = closing.get(socket);
    if (ignored !== undefined) {
      closing.set(socket, ignored + 1);
      if (ignored >= MAX_UNANSWERED) socket.destroy();
      return;
    }
    for (const earlier of responses) {
      if (earlier.shouldKeepAlive) continue;
      // Read nothing more until it is sent, so that a flood behind a refused request costs one buffer at most.
      socket.pause();
      return;
    }
    if (responses.size >= MAX_UNANSWERED) {
      socket.destroy();
      return;
    }
    if (!unfinished.has(socket)) socket.once('close', () => setImmediate(closeAll, responses));
    unfinished.set(socket, responses.add(response));
    response.once('close', () => {
      if (response.shouldKeepAlive) responses.delete(response);
    });
    trackActivity(connections, request, response);
    onRequest(request, response);
  });
  // Unlimited, because Node drops headers above this limit instead of refusing the request, and the guard would not see
  // them. The guard limits their number, `maxHeaderSize` their bytes.
  server.maxHeadersCount = 0;
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    // Node calls it after the last reply of a connection. Its own one closes at once.
    socket.destroySoon = () => {
      closing.set(socket, 0);
      // A connection that is closed with unread data is reset, and the client may lose the reply.
      socket.resume();
      closeGently(socket);
    };
  });
  // Called after this time without a byte in either direction. A reply that only takes long to arrive continues.
  server.setTimeout(timeouts.send, (socket) => {
    const responses = unfinished.get(socket) ?? new Set();
    if (responses.size === 0) socket.destroy();
    else if (socket.writableLength > 0) {
      const error = new ChatError('timeout', `The client read nothing for ${timeouts.send / 1_000} s.`);
      for (const response of responses) response.destroy(error);
    }
  });
  server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    // The parser reports the same error for everything that arrives later.
    if (closing.has(socket)) return;
    const replyStarted = [...(unfinished.get(socket) ?? [])].some((response) => response.headersSent);
    // An error reply must not be written into another reply.
    if (socket.writable && !replyStarted) {
      closing.set(socket, 0);
      closeGently(socket, parseErrorReply(error.code ?? ''));
    } else socket.destroy();
  });
  server.on('connect', (_request, socket: Duplex) => socket.destroy());
  gateConnections(server, gate);
  return server;
}
