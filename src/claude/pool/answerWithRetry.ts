/** Answers a request with a process of the pool, and retries it once if the process turns out to be unusable. */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { asChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { Pool } from './pool.js';

/**
 * A process that was started earlier may exit before it gets the request, or fail to leave its conversation. If the request
 * was not sent to the API yet, it is retried in a new process.
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
    retrying: (delayMs) => observer.retrying(delayMs),
    answering: (content) => observer.answering(content),
    permissionDecided: (decision) => observer.permissionDecided(decision),
  };
  for (let fresh = false; ; fresh = true) {
    const { conversation, prestarted } = await pool.take(request, signal, { fresh });
    try {
      yield* conversation.ask(request, signal, sentObserver);
      return;
    } catch (error) {
      const failed = conversation.state === 'spent' && asChatError(error).kind === 'cliFailed';
      if (!prestarted || sent || !failed || signal.aborted) throw error;
      const { alive, pid } = conversation.process;
      const how = alive ? 'could not be prepared for' : 'exited before it got';
      const line = `[pool] pid=${pid} ${how} the request; retrying in a new process`;
      // `Rewinds` warns of a CLI that cannot remove conversations: not for each request.
      if (conversation.contents.rewindFailed) log.debug(line);
      else log.warn(line);
    } finally {
      pool.giveBack(conversation, request.keepAliveMs);
    }
  }
}
