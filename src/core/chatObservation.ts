/** Reports one chat to its observer: phases, metrics and outcome. Used for every chat, over HTTP or not. Pure. */
import type { BackendObserver } from './backend.js';
import type { ChatEvent } from './chat.js';
import {
  cancelledInVscode,
  type ChatMetrics,
  type ChatOutcome,
  type ObserveChat,
  recordEvent,
  type RunningChat,
} from './chatObserver.js';
import type { ChatError } from './errors.js';

export interface ChatObservation {
  /** For the backend that answers the chat. */
  readonly backendObserver: BackendObserver;
  /** What has been measured so far. */
  readonly metrics: Readonly<ChatMetrics>;
  /** Measures an event of the reply and reports the phase that it shows. */
  record(event: ChatEvent): void;
  /** Reports the outcome. Call it once, last. */
  end(ending: ChatEnding): ChatOutcome;
}

/** How a chat ended, without its metrics. */
export type ChatEnding = Pick<ChatOutcome, 'totalMs' | 'cancelled' | 'disconnected' | 'error'>;

export interface ObservationOptions {
  readonly observeChat: ObserveChat;
  readonly chat: Omit<RunningChat, 'cancel'>;
  /** Milliseconds since the request arrived. */
  readonly elapsedMs: () => number;
  /** Stops the chat, because the user cancelled it in VS Code. */
  readonly cancel: (reason: ChatError) => void;
}

/** Announces a chat to `observeChat` and returns what reports the rest of it. */
export function startObservation({
  observeChat,
  chat,
  elapsedMs,
  cancel,
}: ObservationOptions): ChatObservation {
  const observer = observeChat({ ...chat, cancel: () => cancel(cancelledInVscode()) });
  const metrics: ChatMetrics = {};
  return {
    backendObserver: {
      requestSent: () => observer.phase('sent'),
      retrying: () => observer.phase('sent'),
      answering(content) {
        metrics.firstTokenMs ??= elapsedMs();
        observer.phase(content === 'thinking' ? 'thinking' : 'answering');
      },
      permissionDecided: (decision) => observer.permissionDecided(decision),
    },
    metrics,
    record(event) {
      const phase = recordEvent(metrics, event, elapsedMs());
      if (phase !== undefined) observer.phase(phase);
    },
    end(ending) {
      const outcome = { ...metrics, ...ending };
      observer.end(outcome);
      return outcome;
    },
  };
}
