/** Finds the tool call that each result belongs to, because clients keep, drop, change or repeat ids and names. Pure. */
import type { ConversationEntry } from './conversationEntry.js';

/** A call: the index of its entry, and its index among the calls of that entry. */
export interface CallPosition {
  readonly entry: number;
  readonly call: number;
}

interface Call {
  readonly position: CallPosition;
  readonly id: string;
  readonly name: string;
  taken: boolean;
}

type Result = Extract<ConversationEntry, { role: 'result' }> & { readonly index: number };

/** The calls of consecutive assistant entries, and the results up to the next assistant entry. */
interface Round {
  readonly calls: Call[];
  readonly results: Result[];
}

function roundsOf(entries: readonly ConversationEntry[]): Round[] {
  const rounds: Round[] = [{ calls: [], results: [] }];
  entries.forEach((entry, index) => {
    if (entry.role === 'assistant') {
      if (entries[index - 1]?.role !== 'assistant') rounds.push({ calls: [], results: [] });
      const { calls } = rounds.at(-1)!;
      entry.calls.forEach(({ id, name }, call) =>
        calls.push({ position: { entry: index, call }, id, name, taken: false }),
      );
    } else if (entry.role === 'result') rounds.at(-1)?.results.push({ ...entry, index });
  });
  return rounds;
}

/** Removes and returns the first call that no result has taken; `undefined` if there is none. */
type TakeCall = () => Call | undefined;

/** Each call is looked at once, so that the time does not grow with the square of the calls. */
function createQueue(calls: readonly Call[]): TakeCall {
  let next = 0;
  return () => {
    while (calls[next]?.taken === true) next += 1;
    const call = calls[next];
    if (call !== undefined) call.taken = true;
    return call;
  };
}

/** The calls of all rounds so far by one of their texts. The latest round comes first, and in it the first call. */
function createIndex(keyOf: (call: Call) => string): {
  add(calls: readonly Call[]): void;
  take(key: string): Call | undefined;
} {
  const rounds = new Map<string, TakeCall[]>();
  return {
    add(calls) {
      const groups = new Map<string, Call[]>();
      for (const call of calls) {
        const group = groups.get(keyOf(call)) ?? [];
        group.push(call);
        groups.set(keyOf(call), group);
      }
      for (const [key, group] of groups) {
        const queues = rounds.get(key) ?? [];
        queues.push(createQueue(group));
        rounds.set(key, queues);
      }
    },
    take(key) {
      const queues = key === '' ? [] : (rounds.get(key) ?? []);
      for (let take = queues.at(-1); take !== undefined; take = queues.at(-1)) {
        const call = take();
        if (call !== undefined) return call;
        queues.pop();
      }
      return undefined;
    },
  };
}

/**
 * Finds the call of each result: by its id, else by the name of its tool, else by its order. Order is used only where the result
 * has no name, and the result or the call has no id.
 * @returns the calls by the index of the result's entry. A result without a call is not included
 */
export function matchResults(entries: readonly ConversationEntry[]): ReadonlyMap<number, CallPosition> {
  const matches = new Map<number, CallPosition>();
  const rounds = roundsOf(entries);
  const knownIds = new Set(rounds.flatMap(({ calls }) => calls.map(({ id }) => id)));
  const matchAll = (results: readonly Result[], take: (result: Result) => Call | undefined): void => {
    for (const result of results) {
      const call = matches.has(result.index) ? undefined : take(result);
      if (call !== undefined) matches.set(result.index, call.position);
    }
  };

  const byId = createIndex(({ id }) => id);
  for (const { calls, results } of rounds) {
    byId.add(calls);
    matchAll(results, ({ callId }) => byId.take(callId));
  }
  const byName = createIndex(({ name }) => name);
  for (const { calls, results } of rounds) {
    byName.add(calls);
    // A second result for the same id is no result of another call.
    const free = results.filter(({ callId }) => callId === '' || !knownIds.has(callId));
    matchAll(free, ({ name }) => byName.take(name));
    const unnamed = free.filter(({ name }) => name === '');
    const takeAny = createQueue(calls);
    const takeAnonymous = createQueue(calls.filter(({ id }) => id === ''));
    matchAll(unnamed, ({ callId }) => (callId === '' ? takeAny() : takeAnonymous()));
  }
  return matches;
}
