/** Server-sent events, as the `/v1` faces send them. Pure. */
import { oneLineJson } from './oneLine.js';

export const SSE_TYPE = 'text/event-stream';

/** A comment: every client reads over it, and the connection shows that it lives. */
export const SSE_COMMENT = ': ping\n\n';

/**
 * One event with JSON as its data.
 * @param event the event's name; dialects that tell events apart by their data have none
 */
export function sseFrame(data: object, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${oneLineJson(data)}\n\n`;
}
