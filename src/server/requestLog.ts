import type { Lane } from '../core/chat.js';
import { printable } from '../core/log.js';
import { type ChatMetrics, formatMetrics } from '../core/chatObserver.js';

/** Summary of one request after its end. Contains no prompt, no reply and no secret. */
export interface RequestRecord extends Readonly<ChatMetrics> {
  /** The number of the request, from 1 for each endpoint. */
  readonly id: number;
  /** The id that the client got in the headers of the response. */
  readonly requestId: string;
  readonly method: string;
  /** The path without its query, safe to print. */
  readonly route: string;
  /** The catalog's name of the model that answered. */
  readonly model?: string;
  /** The name that the client requested, safe to print. */
  readonly requestedModel?: string;
  /** The full id of the model that answers. */
  readonly answeringModel?: string;
  readonly lane?: Lane;
  /** The client's User-Agent, safe to print, at most 80 characters; empty when there was none. */
  readonly client: string;
  /** The HTTP status; 499 when the client disconnected before the end of the reply. */
  readonly status: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly totalMs: number;
  /** Whether the request was passed to the backend. */
  readonly chat: boolean;
  /** The error message that the client received; also of a stream that failed after its 200. */
  readonly error?: string;
}

/** The part of a record that the route handler fills in. */
export type RecordNotes = {
  -readonly [K in 'model' | 'requestedModel' | 'answeringModel' | 'lane' | 'error']?: RequestRecord[K];
};

const MAX_CLIENT_CHARACTERS = 80;
const MAX_ROUTE_CHARACTERS = 80;

/** The client's name in a record. */
export function clientName(userAgent: string | undefined): string {
  return printable(userAgent ?? '', MAX_CLIENT_CHARACTERS);
}

/** The path in a record. */
export function routeName(path: string): string {
  return printable(path, MAX_ROUTE_CHARACTERS);
}

/** A record as one line for the log: `#7 POST /api/chat claude-sonnet:latest 200 first 85 ms, total 1204 ms, …`. */
export function formatRecord(record: RequestRecord): string {
  return [
    `#${record.id} ${record.method} ${record.route}`,
    ...(record.model === undefined ? [] : [record.model]),
    `${record.status} ${formatMetrics(record)}`,
    record.requestId,
    ...(record.client === '' ? [] : [`[${record.client}]`]),
    ...(record.error === undefined ? [] : [`error: ${printable(record.error)}`]),
  ].join(' ');
}
