import type { Lane } from '../core/chat.js';
import { printable } from '../core/log.js';
import { type ChatMetrics, formatMetrics } from '../core/chatObserver.js';

/** What is known of one request once it is over. Holds no prompt, no answer and no secret. */
export interface RequestRecord extends Readonly<ChatMetrics> {
  /** Counts from 1 for each endpoint. */
  readonly id: number;
  readonly method: string;
  /** The path without its query, safe to print. */
  readonly route: string;
  /** The catalog's name of the model that answered. */
  readonly model?: string;
  readonly lane?: Lane;
  /** The client's User-Agent, safe to print, at most 80 characters; empty when it sent none. */
  readonly client: string;
  /** The HTTP status; 499 when the client went away first. */
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly totalMs: number;
  /** Whether the backend was asked to answer it. */
  readonly chat: boolean;
  /** What the client was told when it went wrong; also for a stream that ended with an error after its 200. */
  readonly error?: string;
}

/** The part of a record that a request's handler fills in as it goes. */
export type RecordNotes = ChatMetrics & {
  -readonly [K in 'model' | 'lane' | 'error']?: RequestRecord[K];
};

const CLIENT_CHARACTERS = 80;
const ROUTE_CHARACTERS = 80;

/** A client's name for the record. */
export function clientName(userAgent: string | undefined): string {
  return printable(userAgent ?? '', CLIENT_CHARACTERS);
}

/** A path for the record. */
export function routeName(path: string): string {
  return printable(path, ROUTE_CHARACTERS);
}

/** A record as one line of the log: `#7 POST /api/chat claude-sonnet:latest 200 first 85 ms, total 1204 ms, …`. */
export function formatRecord(record: RequestRecord): string {
  return [
    `#${record.id} ${record.method} ${record.route}`,
    ...(record.model === undefined ? [] : [record.model]),
    `${record.status} ${formatMetrics(record)}`,
    ...(record.client === '' ? [] : [`[${record.client}]`]),
    ...(record.error === undefined ? [] : [`error: ${printable(record.error)}`]),
  ].join(' ');
}
