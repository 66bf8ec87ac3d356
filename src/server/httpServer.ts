import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Limits of one connection. None of them ends a long answer. */
const LIMITS = {
  headersTimeout: 10_000,
  /** Until the request has come in whole. */
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
  /** Longer than the clients' own, so that a connection does not close under a request. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};
const MAX_CONNECTIONS = 256;
const MAX_HEADERS = 100;

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

/**
 * Node's server with our limits. It has no `upgrade` listener on purpose: Node then treats a request that offers an
 * upgrade like any other, which clients need that offer HTTP/2 with every request (Java's do).
 */
export function createHttpServer(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  /** The answers under way on each connection. */
  const answering = new WeakMap<Duplex, Set<ServerResponse>>();
  const server = createServer(LIMITS, (request, response) => {
    const here = answering.get(request.socket) ?? new Set();
    answering.set(request.socket, here.add(response));
    response.once('close', () => here.delete(response));
    onRequest(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = MAX_HEADERS;
  server.timeout = 0;
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const begun = [...(answering.get(socket) ?? [])].some((response) => response.headersSent);
    // Into an answer that has begun, nothing else may be written.
    if (socket.writable && !begun) socket.end(refusal(error.code ?? ''), () => socket.destroy());
    else socket.destroy();
  });
  server.on('connect', (_request, socket: Duplex) => socket.destroy());
  return server;
}
