/** Answers chats of this VS Code window. They appear in the activity view and the log like chats over HTTP. */
import type { ChatBackend } from '../../core/backend.js';
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { startObservation } from '../../core/chatObservation.js';
import { formatMetrics, type ObserveChat } from '../../core/chatObserver.js';
import { asChatError, type ChatError } from '../../core/errors.js';
import { printable, type Logger } from '../../core/log.js';

export interface ObservedChats {
  /**
   * Answers one chat and passes its events to `emit`.
   * @param callerSignal aborted when the caller no longer wants the reply
   * @throws ChatError
   */
  answer(
    entry: CatalogEntry,
    request: ChatRequest,
    callerSignal: AbortSignal,
    emit: (event: ChatEvent) => void,
  ): Promise<void>;
}

export interface ObservedChatOptions {
  readonly backend: ChatBackend;
  readonly observeChat: ObserveChat;
  readonly log: Logger;
}

export function createObservedChats({ backend, observeChat, log }: ObservedChatOptions): ObservedChats {
  let count = 0;
  return {
    async answer(entry, request, callerSignal, emit) {
      count += 1;
      const label = `chat ${count}`;
      const { client = '' } = request;
      const startedAt = Date.now();
      const started = performance.now();
      const elapsedMs = (): number => performance.now() - started;
      const cancelled = new AbortController();
      const signal = AbortSignal.any([callerSignal, cancelled.signal]);
      const observation = startObservation({
        observeChat,
        chat: {
          label,
          client,
          model: entry.name,
          answeringModel: entry.model.resolved,
          lane: entry.lane,
          startedAt,
        },
        elapsedMs,
        cancel: (reason) => cancelled.abort(reason),
      });

      const end = (failure?: ChatError): void => {
        const error = failure === undefined ? {} : { error: failure.message };
        const outcome = observation.end({ totalMs: elapsedMs(), cancelled: signal.aborted, ...error });
        const line = `[request] ${label} ${entry.name} ${formatMetrics(outcome)} [${client}]`;
        if (failure === undefined) log.info(line);
        else log[signal.aborted ? 'info' : 'warn'](`${line} error: ${printable(failure.message)}`);
      };

      try {
        for await (const event of backend.chat({ ...request, label }, signal, observation.backendObserver)) {
          observation.record(event);
          emit(event);
        }
      } catch (thrown) {
        const failure = asChatError(cancelled.signal.aborted ? cancelled.signal.reason : thrown);
        end(failure);
        throw failure;
      }
      end();
    },
  };
}
