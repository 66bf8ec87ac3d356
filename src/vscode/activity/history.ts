/** The requests of this window since it opened: active ones, the latest finished ones, and totals. Pure. */
import type { Lane } from '../../core/chat.js';
import type { ChatOutcome, ChatPhase, ObserveChat, RunningChat } from '../../core/chatObserver.js';
import type { RequestRecord } from '../../server/server.js';

/** The outcome of a finished request. */
export type Result = ChatOutcome & {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
};

export interface HistoryEntry {
  /** Unique in this history. */
  readonly key: number;
  /** The label of the request in the log, such as `#7`. */
  readonly label: string;
  /** The id that an HTTP client got in the headers of its response. */
  readonly requestId?: string;
  /** The client's name; may be empty. */
  readonly client: string;
  /** The catalog's name of the model; for a request that failed before the model was known, `POST /api/chat`. */
  readonly subject: string;
  /** The name that the client requested; absent where it was chosen from a list. */
  readonly requestedModel?: string;
  /** The full id of the model that answers. */
  readonly answeringModel?: string;
  /** `undefined` for a request that failed before it became a chat. */
  readonly lane: Lane | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Without meaning once there is a `result`. */
  readonly phase: ChatPhase;
  /** The first `MAX_DECISIONS` permission decisions, such as `denied: Bash npm test`. */
  readonly decisions: readonly string[];
  /** `undefined` while the request is active. */
  readonly result: Result | undefined;
}

export interface LastError {
  readonly message: string;
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Totals since the window opened. `History.clear` does not reset them. */
export interface Totals {
  readonly requests: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** US dollars; `undefined` until the CLI has reported a cost. */
  readonly costUsd: number | undefined;
  readonly lastError: LastError | undefined;
  /** Whether the chat that finished last has failed. Cancelled chats do not count. */
  readonly failing: boolean;
}

export interface History {
  /** Records a chat from its start to its end. */
  readonly watch: ObserveChat;
  /** Records a request that failed before it became a chat. Ignores chats, successes and disconnected clients. */
  recordFailedRequest(record: RequestRecord): void;
  /** The latest first. */
  readonly entries: readonly HistoryEntry[];
  readonly totals: Totals;
  /** Cancels an active request; does nothing for a finished one. */
  cancel(key: number): void;
  /** Removes the finished requests. */
  clear(): void;
  /** Calls `listener` synchronously after each change. @returns a function that unsubscribes it */
  subscribe(listener: () => void): () => void;
}

/** Finished entries that are kept. Chats and failed requests count separately, so neither can displace the other. */
const MAX_CHATS = 100;
const MAX_FAILED_REQUESTS = 20;
/** Permission decisions that are kept for each chat. The log has all of them. */
const MAX_DECISIONS = 50;
/** The status that the log records when the client disconnected (nginx's "client closed request"). */
const CLIENT_CLOSED_REQUEST = 499;

type MutableEntry = { -readonly [K in keyof HistoryEntry]: HistoryEntry[K] };

const NO_REQUESTS: Totals = {
  requests: 0,
  failed: 0,
  promptTokens: 0,
  outputTokens: 0,
  costUsd: undefined,
  lastError: undefined,
  failing: false,
};

function addToTotals(totals: Totals, { client, lane, result }: HistoryEntry): Totals {
  const { promptTokens = 0, outputTokens = 0, costUsd, error, cancelled = false, endedAt = 0 } = result ?? {};
  const failure = error === undefined || cancelled ? undefined : { message: error, client, at: endedAt };
  return {
    requests: totals.requests + 1,
    failed: totals.failed + (failure === undefined ? 0 : 1),
    promptTokens: totals.promptTokens + promptTokens,
    outputTokens: totals.outputTokens + outputTokens,
    costUsd: costUsd === undefined ? totals.costUsd : (totals.costUsd ?? 0) + costUsd,
    lastError: failure ?? totals.lastError,
    failing: lane === undefined || cancelled ? totals.failing : failure !== undefined,
  };
}

/** @param now milliseconds since 1970 */
export function createHistory(now: () => number = Date.now): History {
  let entries: MutableEntry[] = [];
  let totals = NO_REQUESTS;
  let lastKey = 0;
  const cancelByKey = new Map<number, () => void>();
  const listeners = new Set<() => void>();
  const notify = (): void => {
    for (const listener of listeners) listener();
  };

  function insert(entry: Omit<HistoryEntry, 'key'>): MutableEntry {
    lastKey += 1;
    const added = { ...entry, key: lastKey };
    let chatsLeft = MAX_CHATS;
    let failedLeft = MAX_FAILED_REQUESTS;
    entries = [added, ...entries].filter(({ lane, result }) => {
      if (result === undefined) return true;
      return lane === undefined ? (failedLeft -= 1) >= 0 : (chatsLeft -= 1) >= 0;
    });
    return added;
  }

  function countFinished(entry: HistoryEntry): void {
    totals = addToTotals(totals, entry);
    notify();
  }

  return {
    watch(chat: RunningChat) {
      const {
        label,
        requestId,
        client,
        model: subject,
        requestedModel,
        answeringModel,
        lane,
        startedAt,
      } = chat;
      const entry = insert({
        label,
        ...(requestId === undefined ? {} : { requestId }),
        client,
        subject,
        ...(requestedModel === undefined ? {} : { requestedModel }),
        ...(answeringModel === undefined ? {} : { answeringModel }),
        lane,
        startedAt,
        phase: 'waiting',
        decisions: [],
        result: undefined,
      });
      cancelByKey.set(entry.key, () => chat.cancel());
      notify();
      return {
        phase(phase) {
          if (phase === entry.phase) return;
          entry.phase = phase;
          notify();
        },
        permissionDecided(decision) {
          if (entry.decisions.length >= MAX_DECISIONS) return;
          entry.decisions = [...entry.decisions, decision];
          notify();
        },
        end(outcome) {
          entry.result = { ...outcome, endedAt: now() };
          cancelByKey.delete(entry.key);
          countFinished(entry);
        },
      };
    },
    recordFailedRequest({ id, requestId, method, route, client, status, startedAt, totalMs, chat, error }) {
      if (chat || error === undefined || status === CLIENT_CLOSED_REQUEST) return;
      const result = { totalMs, error, cancelled: false, endedAt: now() };
      const subject = `${method} ${route}`;
      countFinished(
        insert({
          label: `#${id}`,
          requestId,
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
    cancel: (key) => cancelByKey.get(key)?.(),
    clear() {
      entries = entries.filter(({ result }) => result === undefined);
      notify();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
