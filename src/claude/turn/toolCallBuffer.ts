/**
 * The calls of one message, with what the model gave them as it streamed. The CLI's own account of a call is not the same:
 * it rewrites the input of tools that are named like its own (`Edit`, `Bash`), reading the file that an edit names, and
 * bends values to the schema. Pure.
 */
import type { ToolCall } from '../../core/chat.js';
import { canonicalJson, type JsonObject } from '../../core/json.js';

export class ToolCallBuffer {
  #all: ToolCall[] = [];
  readonly #texts = new Map<string, string>();
  #current: string | undefined;
  #rewritten = false;

  /** Those that nobody has answered. */
  get all(): readonly ToolCall[] {
    return this.#all;
  }

  /** Whether the CLI has made something else of a call's input. Its conversation then holds what the model never said. */
  get rewritten(): boolean {
    return this.#rewritten;
  }

  /** Another message begins. */
  clear(): void {
    this.#all = [];
    this.#texts.clear();
    this.#current = undefined;
  }

  /** Another block begins. @param call its id, where it is a call */
  open(call: string | undefined): void {
    this.#current = call;
    if (call !== undefined) this.#texts.set(call, '');
  }

  /** More of the block's JSON. */
  feed(json: string): void {
    if (this.#current === undefined) return;
    this.#texts.set(this.#current, (this.#texts.get(this.#current) ?? '') + json);
  }

  /** A call is complete. @param told what the CLI says its input is, for calls that did not stream */
  add(id: string, name: string, told: JsonObject): void {
    this.#all.push({ id, name, arguments: this.#input(id, told) });
  }

  /** Calls that the CLI answered itself (unknown tool, broken arguments) are nobody else's. */
  forget(ids: readonly string[]): void {
    this.#all = this.#all.filter((call) => !ids.includes(call.id));
  }

  #input(call: string, told: JsonObject): JsonObject {
    const text = this.#texts.get(call) ?? '';
    if (text === '') return told;
    try {
      const input: unknown = JSON.parse(text);
      const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
      if (!isObject) return told;
      this.#rewritten ||= canonicalJson(input as JsonObject) !== canonicalJson(told);
      return input as JsonObject;
    } catch {
      return told;
    }
  }
}
