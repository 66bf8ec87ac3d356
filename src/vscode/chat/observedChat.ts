/** Answers the chats of this window itself, watched and logged like those that come over the port. */
import type { ChatBackend } from '../../core/backend.js';
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { asChatError, type ChatError } from '../../core/errors.js';
import { printable, type Logger } from '../../core/log.js';
import {
  recordEvent,
  cancelledInVscode,
  formatMetrics,
  type ChatMetrics,
  type ObserveChat,
} from '../../core/chatObserver.js';

export interface ObservedChats {
  /**
   * Answers one chat to its end.
   * @param asker aborted when who asks wants no answer any more
   * @throws ChatError
   */
  answer(
    entry: CatalogEntry,
    request: ChatRequest,
    asker: AbortSignal,
    emit: (event: ChatEvent) => void,
  ): Promise<void>;
}

export interface ObservedChatOptions {
  readonly backend: ChatBackend;
  readonly watch: ObserveChat;
  readonly log: Logger;
}

export function createObservedChats({ backend, watch, log }: ObservedChatOptions): ObservedChats {
  let count = 0;
  return {
    async answer(entry, request, asker, emit) {
      count += 1;
      const label = `chat ${count}`;
      const { client = '' } = request;
      const startedAt = Date.now();
      const started = performance.now();
      const elapsed = (): number => performance.now() - started;
      const person = new AbortController();
      const cancel = (): void => person.abort(cancelledInVscode());
      const watcher = watch({ label, client, model: entry.name, lane: entry.lane, startedAt, cancel });
      const signal = AbortSignal.any([asker, person.signal]);
      const figures: ChatMetrics = {};

      const end = (failure?: ChatError): void => {
        const error = failure === undefined ? {} : { error: failure.message };
        const outcome = { ...figures, totalMs: elapsed(), cancelled: signal.aborted, ...error };
        watcher.end(outcome);
        const line = `[request] ${label} ${entry.name} ${formatMetrics(outcome)} [${client}]`;
        if (failure === undefined) log.info(line);
        else log[signal.aborted ? 'info' : 'warn'](`${line} error: ${printable(failure.message)}`);
      };

      try {
        const listener = {
          requestSent: () => watcher.phase('sent'),
          permissionDecided: (line: string) => watcher.permissionDecided(line),
        };
        for await (const event of backend.chat(request, signal, listener)) {
          const phase = recordEvent(figures, event, elapsed());
          if (phase !== undefined) watcher.phase(phase);
          emit(event);
        }
      } catch (thrown) {
        const failure = asChatError(person.signal.aborted ? person.signal.reason : thrown);
        end(failure);
        throw failure;
      }
      end();
    },
  };
}
