/** Tells whether a process can be used for another conversation, and whether it is still like a new one. Pure. */
import type { Origin, PooledProcess } from './processLimit.js';

/** Whether a process is ready for any conversation of its lane. */
export function isReady({ conversation }: PooledProcess): boolean {
  return conversation.state === 'empty' || conversation.state === 'new';
}

/** Whether two processes with these origins are started from the same CLI and project state on the same day. */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  return a.cli === b.cli && a.project === b.project && a.day === b.day;
}

/**
 * Whether a process that is not lent to a request must end.
 * @param now what a process of its lane would be started from now
 */
export function isStale({ conversation, origin }: PooledProcess, now: Origin): boolean {
  // A conversation continues with the project state and the date that it knows, but not with another CLI version.
  const continuable = conversation.state === 'idle' && origin.cli === now.cli;
  return !continuable && !isSameOrigin(origin, now);
}
