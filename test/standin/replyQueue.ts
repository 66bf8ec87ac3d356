/** The replies that a test has queued, first in, first out. */
import type { Reply } from './reply.js';

export interface ReplyQueue {
  push(replies: readonly Reply[]): void;
  /** The reply to the next request. A repeating reply is used again until another one is queued after it. */
  take(): Reply | undefined;
  /** Number of replies that no request has taken yet. */
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
