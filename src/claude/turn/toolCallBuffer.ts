/**
 * The tool calls of one message, with the input that the model streamed. The CLI reports a different input for some calls:
 * for tools that are named like its own (`Edit`, `Bash`) it rewrites the input, reads the file that an edit names, and
 * converts values to match the schema. Pure.
 */
import type { ToolCall } from '../../core/chat.js';
import { canonicalJson, type JsonObject, parseJson } from '../../core/json.js';

export class ToolCallBuffer {
  #calls: ToolCall[] = [];
  /** The streamed JSON of each call, by its id. */
  readonly #streamed = new Map<string, string>();
  #currentId: string | undefined;
  #rewritten = false;

  /** The complete calls that have no result yet. */
  get calls(): readonly ToolCall[] {
    return this.#calls;
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

  /** Another content block begins. @param id of the call; `undefined` if the block is not a call */
  startBlock(id: string | undefined): void {
    this.#currentId = id;
    if (id !== undefined) this.#streamed.set(id, '');
  }

  /** Adds a piece of JSON to the current block. */
  feed(json: string): void {
    if (this.#currentId === undefined) return;
    this.#streamed.set(this.#currentId, (this.#streamed.get(this.#currentId) ?? '') + json);
  }

  /** Adds a complete call. @param reportedInput the input that the CLI reports, used if none was streamed */
  add(id: string, name: string, reportedInput: JsonObject): void {
    this.#calls.push({ id, name, arguments: this.#inputOf(id, reportedInput) });
  }

  /** Removes calls that the CLI answered itself: unknown tool, invalid input. The client must not answer them. */
  remove(ids: readonly string[]): void {
    this.#calls = this.#calls.filter((call) => !ids.includes(call.id));
  }

  #inputOf(id: string, reportedInput: JsonObject): JsonObject {
    const json = this.#streamed.get(id) ?? '';
    if (json === '') return reportedInput;
    try {
      const input = parseJson(json);
      const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
      if (!isObject) return reportedInput;
      this.#rewritten ||= canonicalJson(input) !== canonicalJson(reportedInput);
      return input as JsonObject;
    } catch {
      return reportedInput;
    }
  }
}
