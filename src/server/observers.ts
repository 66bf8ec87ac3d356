/**
 * Callbacks of the embedding program that are told about requests. They receive no secrets. An exception of a callback
 * is logged and affects neither a client nor the embedding program.
 */
import type { ChatObserver, ChatOutcome, ObserveChat } from '../core/chatObserver.js';
import { createLogger, type Logger, printable } from '../core/log.js';
import { redactingLogger, redactSecrets } from '../core/secretRedaction.js';
import type { RequestRecord } from './requestLog.js';

/** What the endpoint is doing. */
export interface Activity {
  /** Chats that are running now. */
  readonly running: number;
  /** Chats since the endpoint was created, the running ones included. */
  readonly total: number;
}

export interface Observers {
  /**
   * Receives what the records do not contain: internal errors, unknown model names, refused pages, bodies at `trace`.
   */
  readonly log: Logger;
  /** Called once for each request, when it ends; see `formatRecord` for a line of the log. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Called for every chat that is passed to the backend. */
  readonly observeChat?: ObserveChat;
  /** Called whenever the activity has changed. */
  readonly onActivity?: (activity: Activity) => void;
}

const MAX_STACK_CHARACTERS = 4_000;

/** Runs a callback and logs its failure. @returns `undefined` when it failed */
export function attempt<T>(log: Logger, callback: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (thrown) {
    const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : typeof thrown;
    log.error(`${callback} failed: ${printable(reason, MAX_STACK_CHARACTERS)}`);
    return undefined;
  }
}

/** Ignores failures of the log: they cannot be logged, and must not make anything else fail. */
function ignoreLogFailures(log: Logger): Logger {
  return createLogger((level, line) => {
    try {
      log[level](line);
    } catch {
      // There is no other place to report it.
    }
  });
}

/** The current secrets or, if they cannot be read, the last known ones. Never throws. */
function lastKnown(secrets: () => readonly string[]): () => readonly string[] {
  let known: readonly string[] = [];
  return () => {
    try {
      known = secrets();
    } catch {
      // The settings cannot be read. The code that needs them reports it.
    }
    return known;
  };
}

/** Wraps the observers so that all are defined, none throws, and none receives a secret. */
export function isolateObservers(
  observers: Observers,
  secrets: () => readonly string[],
): Required<Observers> {
  const known = lastKnown(secrets);
  const clean = (text: string): string => redactSecrets(text, known());
  const cleanError = <T extends { readonly error?: string }>(value: T): T =>
    value.error === undefined ? value : { ...value, error: clean(value.error) };
  const log = ignoreLogFailures(redactingLogger(observers.log, known));

  const isolateObserver = (observer: ChatObserver | undefined): ChatObserver => {
    const tell = (call: () => void): void => attempt(log, 'The chat observer', call);
    return {
      phase: (phase) => tell(() => observer?.phase(phase)),
      permissionDecided: (decision) => tell(() => observer?.permissionDecided(clean(decision))),
      end: (outcome: ChatOutcome) => tell(() => observer?.end(cleanError(outcome))),
    };
  };
  return {
    log,
    onRequest: (record) =>
      attempt(log, 'The request observer', () =>
        observers.onRequest?.(
          cleanError({ ...record, route: clean(record.route), client: clean(record.client) }),
        ),
      ),
    observeChat: (chat) =>
      isolateObserver(
        attempt(log, 'The chat observer', () =>
          observers.observeChat?.({ ...chat, client: clean(chat.client) }),
        ),
      ),
    onActivity: (activity) => attempt(log, 'The activity observer', () => observers.onActivity?.(activity)),
  };
}
