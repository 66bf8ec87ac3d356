/** Answers a request with a process of the pool, and retries it once if the process was already dead. */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import type { Pool } from './pool.js';

/**
 * A process that was started earlier may exit before it gets the request. If the request was not sent to the API yet, it
 * is retried in a new process.
 * @throws ChatError
 */
export async function* answerWithRetry(
  pool: Pool,
  request: ChatRequest,
  signal: AbortSignal,
  observer: BackendObserver,
  log: Logger,
): AsyncGenerator<ChatEvent, void, void> {
  let sent = false;
  const sentObserver: BackendObserver = {
    requestSent() {
      sent = true;
      observer.requestSent();
    },
    permissionDecided: (decision) => observer.permissionDecided(decision),
  };
  for (let fresh = false; ; fresh = true) {
    const { conversation, prestarted } = await pool.take(request, signal, { fresh });
    try {
      yield* conversation.ask(request, signal, sentObserver);
      return;
    } catch (error) {
      if (!prestarted || sent || conversation.process.alive || signal.aborted) throw error;
      log.warn(
        `[pool] pid=${conversation.process.pid} exited before it got the request; retrying in a new process`,
      );
    } finally {
      pool.giveBack(conversation, request.keepAliveMs);
    }
  }
}
