/** The requests of this window since it opened: those at work, the last ones that are over, and their sums. Pure. */
import type { Lane } from '../../core/chat.js';
import type { ChatOutcome, ChatPhase, ObserveChat, RunningChat } from '../../core/chatObserver.js';
import type { RequestRecord } from '../../server/server.js';

/** A request that is over. */
export type Result = ChatOutcome & {
  /** When it was, milliseconds since 1970. */
  readonly endedAt: number;
};

/** One request. It has a `result` once it is over, and a `phase` until then. */
export interface HistoryEntry {
  /** Never used for another one. */
  readonly key: number;
  /** By which its lines in the log can be found. */
  readonly label: string;
  readonly client: string;
  /** The catalog's name; for what was refused before that was known, what was asked: `POST /api/chat`. */
  readonly subject: string;
  readonly lane: Lane | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly phase: ChatPhase;
  /** What became of what Claude wanted to do, the first ones. */
  readonly decisions: readonly string[];
  readonly result: Result | undefined;
}

export interface LastError {
  readonly message: string;
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Sums since the window opened. They outlive `clear`. */
export interface Totals {
  readonly requests: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** US dollars; `undefined` as long as the CLI has not told any costs. */
  readonly costUsd: number | undefined;
  readonly lastError: LastError | undefined;
}

export interface History {
  readonly watch: ObserveChat;
  /** Takes note of a request that failed before there was a chat. Others have been watched, or are of no interest. */
  note(record: RequestRecord): void;
  /** The latest first. */
  readonly entries: readonly HistoryEntry[];
  readonly totals: Totals;
  /** Ends a request that is at work. */
  cancel(key: number): void;
  /** Forgets what is over. */
  clear(): void;
  /** Calls back at once after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** Entries kept, apart for chats and for what was refused, so that a flood of the one does not wash the other away. */
const KEPT_CHATS = 100;
const KEPT_REFUSALS = 20;
/** Decisions kept of a chat. The log has them all. */
const KEPT_DECISIONS = 50;
const CLIENT_GONE = 499;

type Mutable = { -readonly [K in keyof HistoryEntry]: HistoryEntry[K] };

const NONE: Totals = {
  requests: 0,
  failed: 0,
  promptTokens: 0,
  outputTokens: 0,
  costUsd: undefined,
  lastError: undefined,
};

function add(totals: Totals, { client, result }: HistoryEntry): Totals {
  const { promptTokens = 0, outputTokens = 0, costUsd, error, cancelled = false, endedAt = 0 } = result ?? {};
  const failure = error === undefined || cancelled ? undefined : { message: error, client, at: endedAt };
  return {
    requests: totals.requests + 1,
    failed: totals.failed + (failure === undefined ? 0 : 1),
    promptTokens: totals.promptTokens + promptTokens,
    outputTokens: totals.outputTokens + outputTokens,
    costUsd: costUsd === undefined ? totals.costUsd : (totals.costUsd ?? 0) + costUsd,
    lastError: failure ?? totals.lastError,
  };
}

/** @param now milliseconds since 1970 */
export function createHistory(now: () => number = Date.now): History {
  let entries: Mutable[] = [];
  let totals = NONE;
  let count = 0;
  const cancels = new Map<number, () => void>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  function insert(entry: Omit<HistoryEntry, 'key'>): Mutable {
    count += 1;
    const added = { ...entry, key: count };
    let chats = KEPT_CHATS;
    let refusals = KEPT_REFUSALS;
    entries = [added, ...entries].filter(({ lane, result }) => {
      if (result === undefined) return true;
      return lane === undefined ? (refusals -= 1) >= 0 : (chats -= 1) >= 0;
    });
    return added;
  }

  function finish(entry: HistoryEntry): void {
    totals = add(totals, entry);
    changed();
  }

  return {
    watch(chat: RunningChat) {
      const { label, client, model: subject, lane, startedAt } = chat;
      const entry = insert({
        label,
        client,
        subject,
        lane,
        startedAt,
        phase: 'waiting',
        decisions: [],
        result: undefined,
      });
      cancels.set(entry.key, () => chat.cancel());
      changed();
      return {
        phase(phase) {
          if (phase === entry.phase) return;
          entry.phase = phase;
          changed();
        },
        permissionDecided(decision) {
          if (entry.decisions.length >= KEPT_DECISIONS) return;
          entry.decisions = [...entry.decisions, decision];
          changed();
        },
        end(outcome) {
          entry.result = { ...outcome, endedAt: now() };
          cancels.delete(entry.key);
          finish(entry);
        },
      };
    },
    note({ id, method, route, client, status, startedAt, totalMs, chat, error }) {
      if (chat || error === undefined || status === CLIENT_GONE) return;
      const result = { totalMs, error, cancelled: false, endedAt: now() };
      const subject = `${method} ${route}`;
      finish(
        insert({
          label: `#${id}`,
          client,
          subject,
          lane: undefined,
          startedAt,
          phase: 'waiting',
          decisions: [],
          result,
        }),
      );
    },
    get entries() {
      return entries;
    },
    get totals() {
      return totals;
    },
    cancel: (key) => cancels.get(key)?.(),
    clear() {
      entries = entries.filter(({ result }) => result === undefined);
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
