/** Reports one chat to its watcher: its phases, counted events and outcome. Used for every chat, over HTTP or not. Pure. */
import type { ChatListener } from './backend.js';
import type { ChatEvent } from './chat.js';
import type { ChatError } from './errors.js';
import {
  cancelledInVscode,
  type ChatFigures,
  type ChatOutcome,
  countEvent,
  type WatchChat,
  type WatchedChat,
} from './watch.js';

export interface ChatObservation {
  /** For the backend that answers the chat. */
  readonly listener: ChatListener;
  /** What has been counted so far. */
  readonly figures: Readonly<ChatFigures>;
  /** Counts an event of the reply and reports the phase that it shows. */
  count(event: ChatEvent): void;
  /** Reports the outcome. Call it once, last. */
  end(ending: ChatEnding): ChatOutcome;
}

/** How a chat ended, without its figures. */
export type ChatEnding = Pick<ChatOutcome, 'totalMs' | 'cancelled' | 'error'>;

export interface ObserveChatOptions {
  readonly watch: WatchChat;
  readonly chat: Omit<WatchedChat, 'cancel'>;
  /** Milliseconds since the request arrived. */
  readonly elapsedMs: () => number;
  /** Stops the chat when the watcher cancels it. */
  readonly cancel: (reason: ChatError) => void;
}

/** Announces a chat to `watch` and returns what reports the rest of it. */
export function observeChat({ watch, chat, elapsedMs, cancel }: ObserveChatOptions): ChatObservation {
  const watcher = watch({ ...chat, cancel: () => cancel(cancelledInVscode()) });
  const figures: ChatFigures = {};
  return {
    listener: {
      asked: () => watcher.phase('asked'),
      decided: (decision) => watcher.decided(decision),
    },
    figures,
    count(event) {
      const phase = countEvent(figures, event, elapsedMs());
      if (phase !== undefined) watcher.phase(phase);
    },
    end(ending) {
      const outcome = { ...figures, ...ending };
      watcher.end(outcome);
      return outcome;
    },
  };
}
