/** What a process has seen and produced: all that a next request must equal to be continued in it. Pure. */
import type { ToolCall } from '../../core/chat.js';
import { canonicalJson, type Json } from '../../core/json.js';
import type { CallIds } from './outgoing.js';
import type { ToolNames } from './toolNames.js';
import { canonicalTurn, type AssistantTurn, type Turn, type UserTurn } from './transcript.js';

/** A turn of the process's conversation. */
type SeenTurn =
  | { readonly role: 'user'; readonly canonical: string; readonly uuid: string }
  | {
      readonly role: 'assistant';
      readonly canonical: string;
      readonly turn: AssistantTurn;
      /** The ids by which the API knows its calls. */
      readonly callIds: CallIds;
    };

/** Where a rewind leads: the user message that is taken away with all that follows, and the last one there is. */
export interface RewindTarget {
  readonly target: string;
  readonly last: string;
}

export class ProcessHistory {
  #turns: SeenTurn[] = [];

  /** How many turns there are. */
  get length(): number {
    return this.#turns.length;
  }

  /** The ids by which the API knows the calls, in their order. */
  get callIds(): string[] {
    return this.#turns.flatMap((turn) => (turn.role === 'assistant' ? turn.callIds : []));
  }

  /** Roughly how much text there is, in characters. */
  get size(): number {
    return this.#turns.reduce((sum, turn) => sum + turn.canonical.length, 0);
  }

  /**
   * How many turns at the beginning are the same as those of a request; always an even number, because a question is
   * followed by its answer.
   * @param earlier the turns before the request's question
   */
  sharedWith(earlier: readonly Turn[]): number {
    const most = Math.min(earlier.length, this.#turns.length);
    let shared = 0;
    while (shared < most && isSame(this.#turns[shared]!, earlier[shared]!)) shared++;
    return shared - (shared % 2);
  }

  /** A user turn was written. */
  addQuestion(turn: UserTurn, uuid: string): void {
    this.#turns.push({ role: 'user', canonical: canonicalTurn(turn), uuid });
  }

  /** An answer of an earlier process was written. */
  addReplayed(turn: AssistantTurn, callIds: CallIds): void {
    this.#turns.push({ role: 'assistant', canonical: canonicalTurn(turn), turn, callIds });
  }

  /** The model has answered. The calls are by the names that the model knows. */
  addAnswer(text: string, calls: readonly ToolCall[], names: ToolNames): void {
    const first = this.callIds.length;
    const numbered = calls.map((call, i) => ({
      number: first + i,
      call: { ...call, name: names.own(call.name) },
    }));
    this.addReplayed(
      { role: 'assistant', text, calls: numbered },
      calls.map((call) => call.id),
    );
  }

  /** Forgets all turns from that one on, which is a user's. @returns `undefined` when there is none to take away */
  cutAt(turn: number): RewindTarget | undefined {
    const first = this.#turns[turn];
    const last = this.#turns.findLast((seen) => seen.role === 'user');
    this.#turns = this.#turns.slice(0, turn);
    if (first?.role !== 'user' || last === undefined) return undefined;
    return { target: first.uuid, last: last.uuid };
  }
}

/**
 * Whether a turn of a request is the one that the process has. Some clients send an answer with tool calls back slightly
 * changed: without the text before the calls, with other white space around it, or without arguments that are empty
 * (Open WebUI, CrewAI, gptme, Home Assistant).
 */
function isSame(seen: SeenTurn, turn: Turn): boolean {
  if (seen.role !== turn.role) return false;
  if (seen.canonical === canonicalTurn(turn)) return true;
  return seen.role === 'assistant' && turn.role === 'assistant' && isLossyCopy(seen.turn, turn, seen.callIds);
}

function isLossyCopy(original: AssistantTurn, copy: AssistantTurn, callIds: CallIds): boolean {
  const { calls } = original;
  if (calls.length === 0 || calls.length !== copy.calls.length) return false;
  const text = copy.text.trim();
  if (text !== '' && text !== original.text.trim()) return false;
  const only = (name: string): boolean => calls.filter(({ call }) => call.name === name).length === 1;
  return calls.every(({ call }, i) => {
    const { call: copied } = copy.calls[i]!;
    if (copied.name !== call.name) return false;
    if (copied.id !== callIds[i] && !only(call.name)) return false;
    return canonicalJson(withoutEmpty(copied.arguments)) === canonicalJson(withoutEmpty(call.arguments));
  });
}

function withoutEmpty(values: ToolCall['arguments']): ToolCall['arguments'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
