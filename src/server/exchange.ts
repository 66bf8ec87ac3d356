import type { IncomingMessage, ServerResponse } from 'node:http';
import { asChatError, type ChatError } from '../core/errors.js';
import { type Logger, printable } from '../core/log.js';
import type { ChatPhase } from '../core/chatObserver.js';
import type { Dialect } from '../protocol/dialect.js';
import type { RecordNotes } from './requestLog.js';

/** One request on its way through the server, from its guarded head to the end of its answer. */
export interface Exchange {
  readonly id: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The wording of this route's errors. */
  readonly dialect: Dialect;
  /** Aborted, with a `ChatError` as its reason, when the client has gone or the server stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Milliseconds since the request came, never running backwards. */
  readonly elapsedMs: () => number;
  /** What the record of this request will say. */
  readonly notes: RecordNotes;
  /** Wraps the time in which the backend works for this request, for those who watch. */
  working<T>(work: () => Promise<T>): Promise<T>;
  /** Tells those who watch how far the work is. */
  reached(phase: ChatPhase): void;
  /** Tells those who watch what became of something that Claude wanted to do. */
  decided(decision: string): void;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
/** What Ollama's streaming routes put on an error that comes before their first chunk. */
export const BARE_JSON_TYPE = 'application/json';

/** Sends a whole answer. With `HEAD` the body is only counted. */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string | undefined,
  body: string,
): void {
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  response.end(body);
}

/** Sends an object as a whole answer. */
export function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, JSON_TYPE, JSON.stringify(value));
}

/** Writes down that a request failed; a defect also with its stack, which the client does not get. */
export function noteFailure(exchange: Pick<Exchange, 'id' | 'log' | 'notes'>, error: ChatError): void {
  exchange.notes.error = error.message;
  if (error.kind !== 'internal') return;
  const cause = error.cause instanceof Error ? error.cause : error;
  exchange.log.error(`#${exchange.id} ${printable(cause.stack ?? cause.message, 4_000)}`);
}

/**
 * The one place where a failure becomes a status. Does nothing once an answer has begun: then the failure
 * belongs into the answer, or its connection is cut.
 */
export function sendFailure(exchange: Exchange, thrown: unknown, contentType = JSON_TYPE): void {
  const { response } = exchange;
  const error = asChatError(thrown);
  noteFailure(exchange, error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const reply = exchange.dialect.error(error);
  if (reply.retryAfterSeconds !== undefined) response.setHeader('Retry-After', reply.retryAfterSeconds);
  send(response, reply.status, contentType, reply.body);
}
