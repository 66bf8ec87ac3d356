/** Server-sent events (WHATWG HTML, section 9.2), as the `/v1` routes send them. */
import { singleLineJson } from './singleLineJson.js';

export const SSE_TYPE = 'text/event-stream';

/** A comment. Clients ignore it; it keeps the connection open. */
export const SSE_COMMENT = ': ping\n\n';

/**
 * One event with JSON as its data.
 * @param event the event's name; absent in dialects that distinguish events by their data
 */
export function sseFrame(data: object, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${singleLineJson(data)}\n\n`;
}
