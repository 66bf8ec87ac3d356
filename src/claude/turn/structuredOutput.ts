/**
 * Answers in JSON. The CLI has the model give them as the input of a tool, which must be an object: any other schema is
 * put into an object with one property, and the answer is taken out of it as it grows. Pure.
 */
import type { ResponseFormat } from '../../core/chat.js';
import type { Json, JsonObject } from '../../core/json.js';

/** The tool by which the CLI makes the model obey a schema; its input is the answer. */
export const STRUCTURED_OUTPUT = 'StructuredOutput';

const WRAPPER = 'value';

/** Whether an answer in that format comes inside an object of ours. */
export function isWrapped(format: ResponseFormat): boolean {
  if (format.type === 'json') return false;
  const { type, properties } = format.schema;
  return type !== 'object' && !(type === undefined && properties !== undefined);
}

/** The schema of an object that holds the answer. Definitions stay at the root, where references look for them. */
export function objectSchema(format: ResponseFormat): JsonObject {
  if (format.type === 'json') return { type: 'object' };
  if (!isWrapped(format)) return { ...format.schema, type: 'object' };
  const { $defs, definitions, $schema, ...schema } = format.schema;
  return {
    ...($schema === undefined ? {} : { $schema }),
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
    type: 'object',
    properties: { [WRAPPER]: schema },
    required: [WRAPPER],
    additionalProperties: false,
  };
}

/** Takes the answer out of the text of its JSON, piece by piece. */
export class AnswerText {
  readonly #wrapped: boolean;
  #begun = false;
  /** Not shown yet: the beginning of the wrapper, or what may be its end. */
  #held = '';

  constructor(format: ResponseFormat) {
    this.#wrapped = isWrapped(format);
  }

  /** The answer begins, or begins again. */
  restart(): void {
    this.#begun = false;
    this.#held = '';
  }

  feed(piece: string): string {
    if (!this.#wrapped) return piece;
    let text = this.#held + piece;
    if (!this.#begun) {
      const opening = /^\s*\{\s*"value"\s*:\s*/.exec(text);
      // White space behind the colon may go on in the next piece.
      if (opening === null || opening[0].length === text.length) {
        this.#held = text;
        return '';
      }
      this.#begun = true;
      text = text.slice(opening[0].length);
    }
    const end = /[\s}]*$/.exec(text)?.index ?? text.length;
    this.#held = text.slice(end);
    return text.slice(0, end);
  }

  /** What was held back, without the wrapper's end. */
  flush(): string {
    if (!this.#begun) return '';
    const rest = this.#held.replace(/\s*\}\s*$/, '');
    this.#held = '';
    return rest;
  }

  /** The answer in an object that did not stream. */
  whole(output: unknown): string {
    const value = this.#wrapped ? ((output as JsonObject)[WRAPPER] ?? null) : (output as Json);
    return JSON.stringify(value);
  }
}
