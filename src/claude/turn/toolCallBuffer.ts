/**
 * The tool calls of one message, with the input that the model streamed. The CLI reports a different input for some calls:
 * for tools that are named like its own (`Edit`, `Bash`) it rewrites the input, reads the file that an edit names, and
 * converts values to match the schema. Pure.
 */
import type { ToolCall } from '../../core/chat.js';
import { canonicalJson, isJsonObject, type JsonObject, parseJson, withDigits } from '../../core/json.js';

/** A call as the model streamed it. */
export interface StreamedCall {
  readonly name: string;
  /** The input as JSON, perhaps cut off; empty for a call without input. */
  readonly json: string;
}

export class ToolCallBuffer {
  #calls: ToolCall[] = [];
  /** The calls that have streamed, by id. */
  readonly #streamed = new Map<string, StreamedCall>();
  #currentId: string | undefined;
  #rewritten = false;

  /** The complete calls that have no result yet. */
  get calls(): readonly ToolCall[] {
    return this.#calls;
  }

  /** The calls that have begun, complete or not. */
  get streamed(): ReadonlyMap<string, StreamedCall> {
    return this.#streamed;
  }

  /** Whether the CLI rewrote an input, so that its conversation contains something that the model did not say. */
  get rewritten(): boolean {
    return this.#rewritten;
  }

  /** Another message begins. */
  clear(): void {
    this.#calls = [];
    this.#streamed.clear();
    this.#currentId = undefined;
  }

  /** Another content block begins. @param call its id and tool; `undefined` if the block is not a call */
  startBlock(call: { readonly id: string; readonly name: string } | undefined): void {
    this.#currentId = call?.id;
    if (call !== undefined) this.#streamed.set(call.id, { name: call.name, json: '' });
  }

  /** Adds a piece of JSON to the current block. */
  feed(json: string): void {
    const current = this.#currentId === undefined ? undefined : this.#streamed.get(this.#currentId);
    if (current !== undefined)
      this.#streamed.set(this.#currentId!, { ...current, json: current.json + json });
  }

  /** Adds a complete call. @param reportedInput the input that the CLI reports, used if none was streamed */
  add(id: string, name: string, reportedInput: JsonObject): void {
    this.#calls.push({ id, name, arguments: this.#inputOf(id, reportedInput) });
  }

  /** Removes calls that the CLI answered itself, so that the client must not answer them. */
  remove(ids: readonly string[]): void {
    this.#calls = this.#calls.filter((call) => !ids.includes(call.id));
  }

  #inputOf(id: string, reportedInput: JsonObject): JsonObject {
    const input = inputOf(this.#streamed.get(id)?.json ?? '');
    if (input === undefined) return reportedInput;
    // A number that the CLI cannot hold is another one in its conversation: it is sent again as text.
    this.#rewritten ||= canonicalJson(withDigits(input)) !== canonicalJson(reportedInput);
    return input;
  }
}

/** The input of a call; `undefined` if it is not a complete JSON object. */
export function inputOf(json: string): JsonObject | undefined {
  try {
    const input = parseJson(json);
    return isJsonObject(input) ? input : undefined;
  } catch {
    return undefined;
  }
}
