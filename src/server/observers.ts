/**
 * Those outside who hear of requests. They get no secrets; and what they throw is a defect of theirs, which goes into the
 * log and reaches neither a client nor the program that all this runs in.
 */
import { createLogger, type Logger, printable } from '../core/log.js';
import { redactSecrets, redactingLogger } from '../core/secretRedaction.js';
import type { ChatOutcome, ChatObserver, ObserveChat } from '../core/chatObserver.js';
import type { RequestRecord } from './requestLog.js';

/** What the endpoint is doing. */
export interface Activity {
  /** Chats being answered now. */
  readonly running: number;
  /** Chats begun since the endpoint was created, the running ones included. */
  readonly total: number;
}

export interface Observers {
  /** Gets what the records do not say: defects, foreign model names, refused pages, and bodies at `trace`. */
  readonly log: Logger;
  /** Called once for each request, when it is over; meant for a line of the log, by `formatRecord`. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Is told of every chat that the backend begins to work for. */
  readonly watch?: ObserveChat;
  /** Called whenever the activity has changed. */
  readonly onActivity?: (activity: Activity) => void;
}

const LONGEST_STACK = 4_000;

/** Does that for somebody else, whose failure is logged. @returns `undefined` when it failed */
export function attempt<T>(log: Logger, whose: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    const words = thrown instanceof Error ? (thrown.stack ?? thrown.message) : typeof thrown;
    log.error(`${whose} failed: ${printable(words, LONGEST_STACK)}`);
    return undefined;
  }
}

/** A log that fails cannot be told of, and is no reason for anything else to fail. */
function silentWhenBroken(log: Logger): Logger {
  return createLogger((level, line) => {
    try {
      log[level](line);
    } catch {
      // A failure of the log cannot be logged.
    }
  });
}

/** The secrets of the moment; where they cannot be had, those of the moment before. Never throws. */
function lastKnown(secrets: () => readonly string[]): () => readonly string[] {
  let known: readonly string[] = [];
  return () => {
    try {
      known = secrets();
    } catch {
      // The settings cannot be read. Whatever needs them says so.
    }
    return known;
  };
}

/** The same listeners, all of them there. None throws, and none gets a secret. */
export function isolated(listeners: Observers, secrets: () => readonly string[]): Required<Observers> {
  const known = lastKnown(secrets);
  const clean = (text: string): string => redactSecrets(text, known());
  const cleanError = <T extends { readonly error?: string }>(told: T): T =>
    told.error === undefined ? told : { ...told, error: clean(told.error) };
  const log = silentWhenBroken(redactingLogger(listeners.log, known));

  const harmlessWatcher = (watcher: ChatObserver | undefined): ChatObserver => {
    const tell = (work: () => void): void => attempt(log, 'A watcher of chats', work);
    return {
      phase: (phase) => tell(() => watcher?.phase(phase)),
      permissionDecided: (decision) => tell(() => watcher?.permissionDecided(clean(decision))),
      end: (outcome: ChatOutcome) => tell(() => watcher?.end(cleanError(outcome))),
    };
  };
  return {
    log,
    onRequest: (record) =>
      attempt(log, 'A listener to requests', () =>
        listeners.onRequest?.(
          cleanError({ ...record, route: clean(record.route), client: clean(record.client) }),
        ),
      ),
    watch: (chat) =>
      harmlessWatcher(
        attempt(log, 'A watcher of chats', () => listeners.watch?.({ ...chat, client: clean(chat.client) })),
      ),
    onActivity: (activity) => attempt(log, 'A listener to activity', () => listeners.onActivity?.(activity)),
  };
}
