/** What a process has seen and produced: all that a next request must equal to be continued in it. Pure. */
import type { ToolCall } from '../../core/chat.js';
import type { CallIds } from './outgoing.js';
import type { ToolNames } from './toolNames.js';
import { canonicalTurn, type Turn, type UserTurn } from './transcript.js';

export class ProcessHistory {
  #turns: string[] = [];
  #callIds: string[] = [];

  /** Ids that the API knows the calls by, in their order. */
  get callIds(): CallIds {
    return this.#callIds;
  }

  /** Whether it is exactly this. @param earlier turns in canonical form */
  equals(earlier: readonly string[]): boolean {
    return (
      this.#turns.length === earlier.length && this.#turns.every((turn, number) => turn === earlier[number])
    );
  }

  /** History was given to an empty conversation. @param callIds of its calls */
  begin(earlier: readonly Turn[], callIds: readonly string[]): void {
    this.#turns = earlier.map(canonicalTurn);
    this.#callIds = [...callIds];
  }

  /** A question was answered. The calls are by the names that the model knows. */
  add(asked: UserTurn, text: string, calls: readonly ToolCall[], names: ToolNames): void {
    const first = this.#callIds.length;
    const numbered = calls.map((call, i) => ({
      number: first + i,
      call: { ...call, name: names.own(call.name) },
    }));
    this.#callIds.push(...calls.map((call) => call.id));
    this.#turns.push(canonicalTurn(asked), canonicalTurn({ role: 'assistant', text, calls: numbered }));
  }
}
