import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatObservation } from '../core/chatObservation.js';
import { asChatError, type ChatError } from '../core/errors.js';
import { type Logger, printable } from '../core/log.js';
import type { Dialect } from '../protocol/dialect.js';
import type { RecordNotes } from './requestLog.js';

/** One request and its response, from the accepted head to the end of the reply. */
export interface Exchange {
  readonly id: number;
  /** In the headers of the response, in the log and in Activity: `req_` and 24 hexadecimal digits. */
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** How errors of this route are written. */
  readonly dialect: Dialect;
  /** Aborted, with a `ChatError` as its reason, when the client disconnects or the server stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Milliseconds since the request arrived, by a monotonic clock. */
  readonly elapsedMs: () => number;
  /** What the request's record will contain. */
  readonly notes: RecordNotes;
  /** Runs a chat with the backend. While it runs, the request counts as an active chat and is observed. */
  runChat<T>(run: (observation: ChatObservation) => Promise<T>): Promise<T>;
}

/** How long a refused client may go on sending its body. */
const DISCARD_MS = 1_000;

export const JSON_TYPE = 'application/json; charset=utf-8';
/** The Content-Type of Ollama's streaming routes for an error before the first chunk. */
export const BARE_JSON_TYPE = 'application/json';

/**
 * Ends a response after the rest of the request's body has arrived, and been discarded. A connection that is closed while data
 * arrives is reset, and the system then drops what the client has not read.
 */
function endAfterRequest(response: ServerResponse): void {
  const timer = setTimeout(() => response.end(), DISCARD_MS);
  response.once('close', () => clearTimeout(timer));
  response.req.once('end', () => response.end());
  response.req.resume();
}

/** Sends a complete reply. For `HEAD` requests, Node sends only the length of the body. */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string | undefined,
  body: string,
): void {
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  if (response.req.complete || response.shouldKeepAlive) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  if (body !== '') response.write(body);
  endAfterRequest(response);
}

/** Sends a complete JSON reply and then closes the connection. */
export function sendAndClose(response: ServerResponse, status: number, body: string): void {
  response.setHeader('Connection', 'close');
  send(response, status, JSON_TYPE, body);
}

/** Sends an object as a complete JSON reply. */
export function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, JSON_TYPE, JSON.stringify(value));
}

/** Notes a failure for the record. The stack of an internal error goes to the log, not to the client. */
export function noteFailure(exchange: Pick<Exchange, 'id' | 'log' | 'notes'>, error: ChatError): void {
  exchange.notes.error = error.message;
  if (error.kind !== 'internal') return;
  const cause = error.cause instanceof Error ? error.cause : error;
  exchange.log.error(`#${exchange.id} ${printable(cause.stack ?? cause.message, 4_000)}`);
}

/**
 * Sends an error reply; the only place that turns a failure into a status. After the head of a reply was sent, drops
 * the connection instead.
 */
export function sendFailure(exchange: Exchange, thrown: unknown, contentType = JSON_TYPE): void {
  const { response } = exchange;
  const error = asChatError(thrown);
  noteFailure(exchange, error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const reply = exchange.dialect.error(error, exchange.requestId);
  if (reply.retryAfterSeconds !== undefined) response.setHeader('Retry-After', reply.retryAfterSeconds);
  send(response, reply.status, contentType, reply.body);
}
