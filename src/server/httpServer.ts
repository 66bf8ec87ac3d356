import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ChatError } from '../core/errors.js';
import type { ConnectionLimit } from './connectionLimit.js';

/** Bounds on the time of one connection, in milliseconds. None of them ends a long answer. */
export interface Timeouts {
  /** Until a request's head has come in whole. */
  readonly headers: number;
  /** Until all of it has. */
  readonly request: number;
  /** How long a client may take nothing of what waits for it. Some more passes until it is noticed, at most as long again. */
  readonly send: number;
}

export const TIMEOUTS: Timeouts = { headers: 10_000, request: 60_000, send: 60_000 };

/** Longer than the clients' own, so that a connection does not close under a request. */
const KEEP_ALIVE_MS = 65_000;
const CHECK_MS = 1_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Connections at once, on all addresses together. A connection may bring any number of requests. */
export const MAX_CONNECTIONS = 256;

const REFUSALS = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/** The answer to bytes that are no request. */
function refusal(code: string): string {
  const status = REFUSALS.get(code) ?? '400 Bad Request';
  const body = JSON.stringify({ error: status.slice(4).toLowerCase() });
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
  readonly onConnection: (socket: Socket) => void;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Shared by all servers of an endpoint. */
  readonly connections: ConnectionLimit;
  readonly timeouts: Timeouts;
}

/** Counts a connection as at work from the end of its request to the end of the answer. */
function mark(connections: ConnectionLimit, request: IncomingMessage, response: ServerResponse): void {
  const { socket, headers } = request;
  let working = false;
  const begin = (): void => {
    if (response.closed) return;
    working = true;
    connections.begin(socket);
  };
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody) request.once('end', begin);
  else begin();
  response.once('close', () => {
    if (working) connections.end(socket);
  });
}

/**
 * Node's server with our limits. It has no `upgrade` listener on purpose: Node then treats a request that offers an
 * upgrade like any other, which clients need that offer HTTP/2 with every request (Java's do).
 */
export function createHttpServer({
  onConnection,
  onRequest,
  connections,
  timeouts,
}: HttpServerOptions): Server {
  /** The answers under way on each connection. */
  const answering = new WeakMap<Duplex, Set<ServerResponse>>();
  const options = {
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    connectionsCheckingInterval: Math.min(CHECK_MS, timeouts.headers / 2),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(options, (request, response) => {
    const here = answering.get(request.socket) ?? new Set();
    answering.set(request.socket, here.add(response));
    response.once('close', () => here.delete(response));
    mark(connections, request, response);
    onRequest(request, response);
  });
  // No bound here: Node would hide the headers behind it instead of refusing them, and with them from the guard, which
  // has a bound of its own. Their bytes are bounded.
  server.maxHeadersCount = 0;
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    onConnection(socket);
  });
  // Comes after that time without a byte in or out. An answer that is only slow in coming goes on.
  server.setTimeout(timeouts.send, (socket) => {
    const here = answering.get(socket) ?? new Set();
    if (here.size === 0) socket.destroy();
    else if (socket.writableLength > 0) {
      const late = new ChatError('timeout', `The client took nothing for ${timeouts.send / 1_000} s.`);
      for (const response of here) response.destroy(late);
    }
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const begun = [...(answering.get(socket) ?? [])].some((response) => response.headersSent);
    // Into an answer that has begun, nothing else may be written.
    if (socket.writable && !begun) socket.end(refusal(error.code ?? ''), () => socket.destroy());
    else socket.destroy();
  });
  server.on('connect', (_request, socket: Duplex) => socket.destroy());
  return server;
}
