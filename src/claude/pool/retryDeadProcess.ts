/** One request, answered by a process of the pool. */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import type { Pool } from './pool.js';

/**
 * A process that had waited may turn out to be dead just when it is asked. As long as the question has not left for the
 * API, nothing is lost: it is asked once more, of a process started for it.
 * @throws ChatError
 */
export async function* answerFrom(
  pool: Pool,
  request: ChatRequest,
  signal: AbortSignal,
  listener: BackendObserver,
  log: Logger,
): AsyncGenerator<ChatEvent, void, void> {
  let left = false;
  const hears: BackendObserver = {
    requestSent() {
      left = true;
      listener.requestSent();
    },
    permissionDecided: (decision) => listener.permissionDecided(decision),
  };
  for (let anew = false; ; anew = true) {
    const { conversation, waited } = await pool.take(request, signal, { anew });
    try {
      yield* conversation.ask(request, signal, hears);
      return;
    } catch (error) {
      if (!waited || left || conversation.process.alive || signal.aborted) throw error;
      log.warn(`[pool] pid=${conversation.process.pid} ended before it was asked; another one is`);
    } finally {
      pool.giveBack(conversation, request.keepAliveMs);
    }
  }
}
