/**
 * Answers in JSON. The CLI makes the model call a tool whose input is the answer. Where that is wrapped in an object
 * (`answerSchema.ts`), the answer is unwrapped as it streams. Pure.
 */
import type { ResponseFormat } from '../../core/chat.js';
import { type Json, type JsonObject, jsonText } from '../../core/json.js';
import { isWrapped, WRAPPER_PROPERTY } from '../tools/answerSchema.js';

export { isWrapped, objectSchema, STRUCTURED_OUTPUT_TOOL } from '../tools/answerSchema.js';

/** Extracts the answer from the tool's input as it streams. */
export class StructuredAnswer {
  readonly #wrapped: boolean;
  #begun = false;
  /** Text that may belong to the beginning or the end of the wrapper. */
  #pending = '';

  constructor(format: ResponseFormat) {
    this.#wrapped = isWrapped(format);
  }

  /** Another input begins. */
  restart(): void {
    this.#begun = false;
    this.#pending = '';
  }

  /** @returns the part of the answer that is certain after this piece of JSON */
  feed(piece: string): string {
    if (!this.#wrapped) return piece;
    let text = this.#pending + piece;
    if (!this.#begun) {
      const opening = /^\s*\{\s*"value"\s*:\s*/.exec(text);
      // More white space after the colon may follow in the next piece.
      if (opening === null || opening[0].length === text.length) {
        this.#pending = text;
        return '';
      }
      this.#begun = true;
      text = text.slice(opening[0].length);
    }
    const end = /[\s}]*$/.exec(text)?.index ?? text.length;
    this.#pending = text.slice(end);
    return text.slice(0, end);
  }

  /** The rest of the answer when the input is complete, without the end of the wrapper. */
  flush(): string {
    if (!this.#begun) return '';
    const rest = this.#pending.replace(/\s*\}\s*$/, '');
    this.#pending = '';
    return rest;
  }

  /** The answer from a complete input that did not stream. */
  fromInput(input: unknown): string {
    const value = this.#wrapped ? ((input as JsonObject)[WRAPPER_PROPERTY] ?? null) : (input as Json);
    return jsonText(value);
  }
}
