/**
 * Limits on the structure of a JSON text, checked before it is parsed. A text of a few megabytes can hold millions of
 * values, and parsing them would block the process. Long strings, such as images, cost almost nothing.
 */
import { badRequest, type ChatError } from '../../core/errors.js';
import { MAX_WORD_CHARACTERS } from '../requestLimits.js';

/** Maximum depth of nested objects and lists. Schemas of real tools reach about twenty. */
export const MAX_DEPTH = 128;
/**
 * Maximum weight of all values. Ten thousand messages of plain text weigh about a third of it; so does the longest
 * `context` of Ollama's `/api/generate`.
 */
export const MAX_WEIGHT = 1_000_000;
/** Maximum number of different field names. They are expensive, because the JavaScript engine stores each one. */
export const MAX_FIELD_NAMES = 20_000;
/** Maximum number of escapes in strings: as many as several megabytes of source code have. */
export const MAX_ESCAPES = 2_000_000;

/** Weights, by the time that the engine takes, relative to one more number in a list. */
const CONTAINER_WEIGHT = 6;
const STRING_WEIGHT = 4;
const FIELD_WEIGHT = 2;
const ELEMENT_WEIGHT = 1;
/** The weight of an element that is a number of so many characters. The engine converts it slowly. */
const LONG_NUMBER_WEIGHT = 10;
const LONG_NUMBER = 16;

/** After this many characters without structure, a search is faster than a loop over the characters. */
const LONG_RUN = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function limitExceeded(reason: string): ChatError {
  return badRequest(`The JSON of the request is refused: ${reason}.`);
}

/**
 * Finds the next occurrence of a character. Start indices must not decrease, so that each part of the text is searched
 * once. Uses the engine's own search, which is faster than a loop.
 * @returns a function from a start index to the index of the occurrence, or to the end of the text
 */
function createSearch(text: string, character: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    const index = text.indexOf(character, from);
    found = index < 0 ? text.length : index;
    return found;
  };
}

/** Finds the next structural character. */
function createStructureFinder(text: string): { next(from: number): number } {
  const searches = ['"', '{', '}', '[', ']', ':', ','].map((character) => createSearch(text, character));
  return { next: (from) => Math.min(...searches.map((search) => search(from))) };
}

/** Finds the ends of strings, one after the other, in time that depends on their escapes only. */
function createStringScanner(text: string): { endOf(start: number): number } {
  const nextQuote = createSearch(text, '"');
  const nextBackslash = createSearch(text, '\\');
  let escapes = 0;
  return {
    /** @param start after the opening quote @returns the index of the closing quote, or the end of the text */
    endOf(start) {
      for (let at = start; ;) {
        const quote = nextQuote(at);
        const backslash = nextBackslash(at);
        if (backslash >= quote) return quote;
        escapes += 1;
        if (escapes > MAX_ESCAPES) throw limitExceeded(`its strings have more than ${MAX_ESCAPES} escapes`);
        at = backslash + 2;
      }
    },
  };
}

const BUCKETS = 1 << 18;
/** A longer name counts as a different one without a comparison. */
const MAX_COMPARED_LENGTH = 64;

interface FieldNameCounter {
  /** Adds the name in that part of the text. */
  add(text: string, start: number, end: number): void;
}

/** Counts different field names. Two names in the same bucket count as one, so the count may be slightly too low. */
function createFieldNameCounter(): FieldNameCounter {
  let buckets: Uint8Array | undefined;
  let count = 0;
  return {
    add(text, start, end) {
      if (end - start > MAX_WORD_CHARACTERS) {
        throw limitExceeded(`a field name has more than ${MAX_WORD_CHARACTERS} characters`);
      }
      let hash = 0x811c9dc5;
      if (end - start <= MAX_COMPARED_LENGTH) {
        for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
        buckets ??= new Uint8Array(BUCKETS);
        const bucket = (hash ^ (hash >>> 15)) & (BUCKETS - 1);
        if (buckets[bucket] === 1) return;
        buckets[bucket] = 1;
      }
      count += 1;
      if (count > MAX_FIELD_NAMES) {
        throw limitExceeded(`it has more than ${MAX_FIELD_NAMES} different field names`);
      }
    },
  };
}

/** Whether a part of the text without structure and strings has so many characters. */
function isLongNumber(text: string, start: number, end: number): boolean {
  return end - start >= LONG_NUMBER && text.slice(start, end).trim().length >= LONG_NUMBER;
}

/** Checks one more text that is about to be parsed. @throws ChatError see `checkJsonLimits` */
export type CheckJsonText = (text: string) => void;

/** Creates a check for the JSON texts within one body: all of them together must not exceed the limits of one body. */
export function createJsonTextCheck(): CheckJsonText {
  const fieldNames = createFieldNameCounter();
  let remainingWeight = MAX_WEIGHT;
  return (text) => {
    remainingWeight -= checkJsonLimits(text, { maxWeight: remainingWeight, fieldNames });
  };
}

/** What other texts have left of the limits. */
export interface RemainingLimits {
  /** The weight of all values. */
  readonly maxWeight: number;
  readonly fieldNames: FieldNameCounter;
}

/**
 * Checks a text that is about to be parsed, up to the end of its first value. Does not check that it is valid JSON.
 * @returns the weight of all values
 * @throws ChatError `badRequest` when a limit is exceeded
 */
export function checkJsonLimits(
  text: string,
  { maxWeight, fieldNames }: RemainingLimits = {
    maxWeight: MAX_WEIGHT,
    fieldNames: createFieldNameCounter(),
  },
): number {
  const strings = createStringScanner(text);
  const structure = createStructureFinder(text);
  let depth = 0;
  let weight = 0;
  let stringStart = 0;
  let stringEnd = 0;
  let lastStructure = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        stringStart = at + 1;
        stringEnd = strings.endOf(stringStart);
        at = stringEnd;
        weight += STRING_WEIGHT;
        break;
      case COLON:
        fieldNames.add(text, stringStart, stringEnd);
        weight += FIELD_WEIGHT;
        break;
      case COMMA:
        weight += isLongNumber(text, lastStructure + 1, at) ? LONG_NUMBER_WEIGHT : ELEMENT_WEIGHT;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        if (depth > MAX_DEPTH) throw limitExceeded(`it is nested more than ${MAX_DEPTH} levels deep`);
        weight += CONTAINER_WEIGHT;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        if (depth <= 0) return weight;
        break;
      default:
        if (at - lastStructure > LONG_RUN) at = structure.next(at) - 1;
        continue;
    }
    lastStructure = at;
    if (weight > maxWeight) throw limitExceeded('it holds too many values');
  }
  return weight;
}
