/**
 * Limits on what a request holds, the same for every API. They are checked before a part is processed, so that no request
 * keeps others waiting. The limits on bytes and on the structure of JSON are in `server/body.ts` and `json/jsonLimits.ts`.
 */
import { badRequest } from '../core/errors.js';
import type { Json } from '../core/json.js';

/** Long agent sessions have a few thousand. */
export const MAX_MESSAGES = 10_000;
/** Items of `/v1/responses`: besides messages there are items without one of their own, such as those of reasoning. */
export const MAX_ITEMS = 3 * MAX_MESSAGES;
/** Calls of tools in the whole conversation. */
export const MAX_CALLS = MAX_MESSAGES;
/** Also in a choice of tools. */
export const MAX_TOOLS = 512;
/** Characters of the JSON of all tools and of the schema of the answer: more than the largest context window holds. */
export const MAX_TOOL_CHARACTERS = 4_000_000;
/** Objects in the schemas of all tools and of the answer. The largest sets of tools have a few thousand. */
export const MAX_SCHEMA_OBJECTS = 20_000;
/** Objects in one schema, which is checked and repaired without a pause. */
export const MAX_OBJECTS_OF_SCHEMA = 5_000;
export const MAX_IMAGES = 100;
/** After decoding. The Anthropic API accepts less. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
export const MAX_STOPS = 64;
/** Characters of a stop sequence. Real ones have one line at most. */
export const MAX_STOP_CHARACTERS = 1_000;

/**
 * The most characters of a text that is not content: an id, a name, a role, a type, … Ids of some proxies contain a signature
 * of thousands of characters. Two of these texts together must have fewer than 16,384 characters: V8 hashes longer strings by
 * their length alone, and looking one up in a Map then compares it with all others of its length.
 */
export const MAX_WORD_CHARACTERS = 8_000;

/** The most elements of a list of a request. */
export interface ListLimit {
  /** The plural, for the message. */
  readonly what: string;
  readonly max: number;
}

export const MESSAGES: ListLimit = { what: 'messages', max: MAX_MESSAGES };
export const ITEMS: ListLimit = { what: 'input items', max: MAX_ITEMS };
export const TOOLS: ListLimit = { what: 'tools', max: MAX_TOOLS };
export const CALLS: ListLimit = { what: 'tool calls', max: MAX_CALLS };
export const IMAGES: ListLimit = { what: 'images', max: MAX_IMAGES };

/** @throws ChatError `badRequest` if there are more than the maximum. @param what the plural, for the message */
export function checkCount(what: string, count: number, max: number): void {
  if (count > max) throw badRequest(`The request has ${count} ${what}; the maximum is ${max}.`);
}

/**
 * Checks a text that is not content.
 * @param what names it in the message
 * @throws ChatError `badRequest` if it is too long
 */
export function checkLength(what: string, text: string, max = MAX_WORD_CHARACTERS): void {
  if (text.length > max) {
    throw badRequest(`${what} has ${text.length} characters; the maximum is ${max}. Shorten it.`);
  }
}

/** The text that a value is, which is not content; the empty string for any other value. @throws ChatError see `checkLength` */
export function wordOf(value: Json | undefined, name: string): string {
  if (typeof value !== 'string') return '';
  checkLength(`The field ${JSON.stringify(name)}`, value);
  return value;
}

/** The stop sequences of a request. Empty ones are left out. @throws ChatError `badRequest` for too many or too long ones */
export function stopsOf(texts: readonly string[]): string[] {
  const stops = texts.filter((text) => text !== '');
  checkCount('stop sequences', stops.length, MAX_STOPS);
  for (const stop of stops) checkLength('A stop sequence', stop, MAX_STOP_CHARACTERS);
  return stops;
}
