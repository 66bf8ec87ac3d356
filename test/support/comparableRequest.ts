/** Compares requests to the API of different CLI processes. */
import type { StandInRequest } from '../standin/server.js';

const IGNORED_HEADERS = new Set(['content-length', 'host', 'x-claude-code-session-id']);

/** A request as the API gets it, without what differs between processes. */
export function comparable({ raw, headers }: StandInRequest): unknown {
  const masked = raw.replace(/session_id\\":\\"[^\\]+/g, 'session_id');
  return {
    body: JSON.parse(masked) as unknown,
    headers: Object.entries(headers)
      .filter(([name]) => !IGNORED_HEADERS.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}
