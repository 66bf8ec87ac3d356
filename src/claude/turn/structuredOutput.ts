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
  /** Before the answer: the beginning of the wrapper so far, without white space. Then text that may belong to its end. */
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
    const text = this.#begun ? piece : this.#afterOpening(piece);
    if (text === '') return '';
    const end = endOfAnswer(text);
    if (end === 0) {
      this.#pending += text;
      return '';
    }
    const certain = this.#pending + text.slice(0, end);
    this.#pending = text.slice(end);
    return certain;
  }

  /** The part of a piece that follows the beginning of the wrapper. */
  #afterOpening(piece: string): string {
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece[at]!;
      if (isBlank(character) && !isInKey(this.#pending.length)) continue;
      if (this.#pending === OPENING) {
        this.#begun = true;
        this.#pending = '';
        return piece.slice(at);
      }
      // Another input than the wrapper's has no answer.
      if (!OPENING.startsWith(this.#pending)) return '';
      this.#pending += character;
    }
    return '';
  }

  /** The rest of the answer when the input is complete, without the end of the wrapper. */
  flush(): string {
    if (!this.#begun) return '';
    const text = this.#pending.trimEnd();
    const rest = text.endsWith('}') ? text.slice(0, -1).trimEnd() : this.#pending;
    this.#pending = '';
    return rest;
  }

  /** The answer from a complete input that did not stream. */
  fromInput(input: unknown): string {
    const value = this.#wrapped ? ((input as JsonObject)[WRAPPER_PROPERTY] ?? null) : (input as Json);
    return jsonText(value);
  }
}

/** The beginning of the wrapper. White space may stand between its parts. */
const OPENING = `{"${WRAPPER_PROPERTY}":`;

/** Whether a character at this position of the opening belongs to the key. */
function isInKey(position: number): boolean {
  return position > 1 && position < OPENING.length - 1;
}

function isBlank(character: string): boolean {
  return character.trim() === '';
}

/** The index behind the part of a text that cannot belong to the end of the wrapper. */
function endOfAnswer(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '}' || isBlank(text[end - 1]!))) end -= 1;
  return end;
}
