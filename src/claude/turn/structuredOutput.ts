/**
 * Answers in JSON. The CLI makes the model call a tool whose input is the answer. Where that is wrapped in an object
 * (`answerSchema.ts`), the answer is unwrapped as it streams. Pure.
 */
import type { ResponseFormat, ToolSpec } from '../../core/chat.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject, jsonText } from '../../core/json.js';
import { isWrapped, STRUCTURED_OUTPUT_TOOL, WRAPPER_PROPERTY } from '../tools/answerSchema.js';
import { clientNameOf } from '../tools/offeredTool.js';
import { COMBINATORS } from '../tools/schemaKeywords.js';

export { isWrapped, objectSchema, STRUCTURED_OUTPUT_TOOL } from '../tools/answerSchema.js';

/**
 * Whether a schema describes a call of one of these tools: `{name: <tool>, parameters}`. Some clients (BeeAI) require a call
 * in this way, and read it from the text.
 */
export function isCallSchema(format: ResponseFormat, tools: readonly ToolSpec[]): boolean {
  if (format.type === 'json') return false;
  const names = new Set<Json>(tools.map(clientNameOf));
  const describesCall = (schema: Json | undefined): boolean => {
    if (!isJsonObject(schema)) return false;
    const branches = COMBINATORS.flatMap((keyword) => schema[keyword] ?? []);
    if (branches.some(describesCall)) return true;
    const { properties } = schema;
    if (!isJsonObject(properties) || !isJsonObject(properties['name'])) return false;
    const { const: only, enum: several } = properties['name'];
    const allowed: Json | undefined = only === undefined ? several : [only];
    const isTool = isJsonArray(allowed) && allowed.length > 0 && allowed.every((name) => names.has(name));
    return isTool && ('parameters' in properties || 'arguments' in properties);
  };
  return describesCall(format.schema);
}

/** Extracts the answer from the tool's input as it streams. */
export class StructuredAnswer {
  readonly #wrapped: boolean;
  #inAnswer = false;
  /** Whether the message has an answer. */
  #hasAnswer = false;
  #begun = false;
  /** Before the answer: the beginning of the wrapper so far, without white space. Then text that may belong to its end. */
  #pending = '';
  /** The input as it is, until the answer begins. */
  #unopened = '';

  constructor(format: ResponseFormat) {
    this.#wrapped = isWrapped(format);
  }

  /** Another message begins. */
  startMessage(): void {
    this.#begun = false;
    this.#pending = '';
    this.#unopened = '';
    this.#inAnswer = false;
    this.#hasAnswer = false;
  }

  /** Another content block begins. Only the first answer of a message counts. @param tool its tool, if it is a call */
  startBlock(tool: string | undefined): void {
    this.#inAnswer = tool === STRUCTURED_OUTPUT_TOOL && !this.#hasAnswer;
    this.#hasAnswer ||= this.#inAnswer;
  }

  /** Whether the current content block is the answer. */
  get inAnswer(): boolean {
    return this.#inAnswer;
  }

  /** @returns the part of the answer that is certain after this piece of JSON */
  feed(piece: string): string {
    if (!this.#wrapped) return piece;
    if (!this.#begun) this.#unopened += piece;
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
        this.#unopened = '';
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

  /** The whole input, if it is complete and has no wrapper. The model answers so in spite of the tool's schema. */
  withoutWrapper(): string {
    if (this.#begun) return '';
    const text = this.#unopened;
    this.#unopened = '';
    return text;
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
