/** The replies that a test has queued, the oldest first. */
import type { Reply } from './reply.js';

export interface ReplyQueue {
  push(replies: readonly Reply[]): void;
  /** The next request's reply. A repeating one stays until another is behind it. */
  take(): Reply | undefined;
  /** Replies that answered nothing yet. */
  readonly unused: number;
}

export function createReplyQueue(): ReplyQueue {
  const replies: Reply[] = [];
  let repeating: Reply | undefined;
  return {
    push: (more) => void replies.push(...more),
    take() {
      const next = replies.shift();
      if (next === undefined) return repeating;
      repeating = next.kind === 'error' && next.repeat === true ? next : undefined;
      return next;
    },
    get unused() {
      return replies.length;
    },
  };
}
