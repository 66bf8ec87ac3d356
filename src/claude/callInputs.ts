/**
 * What the model gave its calls, as it streamed. The CLI's own account of a call is not the same: it rewrites the input of
 * tools that are named like its own (`Edit`, `Bash`), reading the file that an edit names, and bends values to the schema.
 * Pure.
 */
import type { JsonObject } from '../core/json.js';
import { canonicalJson } from './transcript.js';

export class CallInputs {
  readonly #texts = new Map<string, string>();
  #current: string | undefined;
  #rewritten = false;

  /** Whether the CLI has made something else of a call's input. Its conversation then holds what the model never said. */
  get rewritten(): boolean {
    return this.#rewritten;
  }

  /** Another message begins. */
  clear(): void {
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

  /** The input of a call. @param told what the CLI says it is, for calls that did not stream */
  of(call: string, told: JsonObject): JsonObject {
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
