/** Tells whether a process can be used for another conversation, and whether it is still like a new one. Pure. */
import type { Origin, PooledProcess } from './processLimit.js';

/** Whether a process holds no conversation. */
export function isEmpty({ conversation }: PooledProcess): boolean {
  return conversation.state === 'empty' || conversation.state === 'new';
}

/**
 * Whether a process is ready for any conversation of its lane. In the workspace lane only a new one is: the others keep the
 * system prompt and the tools of their first conversation.
 */
export function isReady(pooled: PooledProcess): boolean {
  return isEmpty(pooled) && (pooled.lane === 'chat' || pooled.conversation.state === 'new');
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
