/** The conversation that a process holds. A request can continue in the process only if it begins with the same turns. */
import type { ToolCall, ToolSpec } from '../../core/chat.js';
import type { CallIds } from './outgoing.js';
import type { ToolNames } from './toolNames.js';
import { canonicalTurn } from './canonicalTurn.js';
import { isLossyCopy } from './lossyCopy.js';
import type { AssistantTurn, Turn, UserTurn } from './transcript.js';

type HistoryTurn =
  | {
      readonly role: 'user';
      readonly canonical: string;
      readonly uuid: string;
      /** It holds results of tool calls, so that a rewind to it would separate them from their calls. */
      readonly hasResults: boolean;
    }
  | {
      readonly role: 'assistant';
      readonly canonical: string;
      readonly turn: AssistantTurn;
      /** The API ids of its calls. */
      readonly callIds: CallIds;
    };

/** The ids for a rewind: `target` is the first user message to remove, `last` the last one of the conversation. */
export interface RewindTarget {
  readonly target: string;
  readonly last: string;
}

export class ProcessHistory {
  #turns: HistoryTurn[] = [];

  /** The number of turns. */
  get length(): number {
    return this.#turns.length;
  }

  /** The API ids of all calls, in order. */
  get callIds(): string[] {
    return this.#turns.flatMap((turn) => (turn.role === 'assistant' ? turn.callIds : []));
  }

  /** The approximate length of the text in characters. */
  get size(): number {
    return this.#turns.reduce((sum, turn) => sum + turn.canonical.length, 0);
  }

  /**
   * Counts the turns at the beginning that equal those of a request, as far as the process can be rewound to them: a question
   * without its answer does not count, and the CLI refuses a rewind that separates tool calls from their results.
   * @param earlier the turns before the request's question
   * @param tools the tools that the request offers
   */
  sharedWith(earlier: readonly Turn[], tools: readonly ToolSpec[]): number {
    const most = Math.min(earlier.length, this.#turns.length);
    let shared = 0;
    while (shared < most && isSame(this.#turns[shared]!, earlier[shared]!, tools)) shared++;
    shared -= shared % 2;
    while (this.#hasResults(shared)) shared -= 2;
    return shared;
  }

  /** Adds a user turn that was sent to the process. */
  addQuestion(turn: UserTurn, uuid: string): void {
    const hasResults = turn.content.some((part) => part.type === 'toolResult');
    this.#turns.push({ role: 'user', canonical: canonicalTurn(turn), uuid, hasResults });
  }

  #hasResults(turn: number): boolean {
    const entry = this.#turns[turn];
    return entry?.role === 'user' && entry.hasResults;
  }

  /** Adds an earlier answer that was replayed into the process. */
  addReplayed(turn: AssistantTurn, callIds: CallIds): void {
    this.#turns.push({ role: 'assistant', canonical: canonicalTurn(turn), turn, callIds });
  }

  /** Adds an answer of the model. The calls have the API names of the tools. */
  addAnswer(text: string, calls: readonly ToolCall[], names: ToolNames): void {
    const first = this.callIds.length;
    const numbered = calls.map((call, i) => ({
      number: first + i,
      call: { ...call, name: names.clientName(call.name) },
    }));
    this.addReplayed(
      { role: 'assistant', texts: [text], calls: numbered },
      calls.map((call) => call.id),
    );
  }

  /** Removes this turn, a user turn, and all later ones. @returns `undefined` if there is nothing to remove */
  cutAt(turn: number): RewindTarget | undefined {
    const first = this.#turns[turn];
    const last = this.#turns.findLast((entry) => entry.role === 'user');
    this.#turns = this.#turns.slice(0, turn);
    if (first?.role !== 'user' || last === undefined) return undefined;
    return { target: first.uuid, last: last.uuid };
  }
}

/** Whether a turn of a request equals a turn of the history, or is a lossy copy of it. */
function isSame(entry: HistoryTurn, turn: Turn, tools: readonly ToolSpec[]): boolean {
  if (entry.role !== turn.role) return false;
  if (entry.canonical === canonicalTurn(turn)) return true;
  if (entry.role !== 'assistant' || turn.role !== 'assistant') return false;
  return isLossyCopy(entry.turn, turn, entry.callIds, tools);
}
