/** Answers a request when its turn has come: at most as many requests run at once as there may be processes. */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import { answerWithRetry } from './answerWithRetry.js';
import type { FairQueue } from './fairQueue.js';
import type { Pool } from './pool.js';

export interface Answering {
  readonly queue: FairQueue;
  readonly pool: Pool;
  readonly log: Logger;
}

/**
 * Waits in the queue, takes a process and yields its answer. No process is started ahead while the request is on its way to
 * the API.
 * @throws ChatError
 */
export async function* answerInTurn(
  { queue, pool, log }: Answering,
  request: ChatRequest,
  signal: AbortSignal,
  observer?: BackendObserver,
): AsyncGenerator<ChatEvent, void, void> {
  const { running, waiting, capacity } = queue;
  if (running >= capacity) {
    log.info(`[pool] a request is waiting: running=${running} waiting=${waiting + 1}`);
  }
  const resumePrewarming = pool.delayPrewarming();
  try {
    const leaveQueue = await queue.enter(request.client ?? '', signal);
    try {
      const sentObserver: BackendObserver = {
        requestSent() {
          resumePrewarming();
          observer?.requestSent();
        },
        retrying: (delayMs) => observer?.retrying(delayMs),
        answering: (content) => observer?.answering(content),
        permissionDecided: (decision) => observer?.permissionDecided(decision),
      };
      yield* answerWithRetry(pool, request, signal, sentObserver, log);
    } finally {
      leaveQueue();
    }
  } finally {
    resumePrewarming();
  }
}
