/**
 * Bounds on the shape of a JSON text, checked before anything is made of it. A text of few megabytes can hold millions of
 * values, and the whole process stands still while they are made. Long strings, which images are, cost next to nothing.
 */
import { ChatError } from '../../core/errors.js';

/** Levels of objects and lists inside each other. Schemas of real tools have some twenty. */
export const MOST_LEVELS = 128;
/**
 * What all values of a text may weigh. Ten thousand messages of plain text weigh about a third of it, as many numbers as
 * Ollama's `context` can have here also.
 */
export const MOST_WEIGHT = 1_000_000;
/** Different names of fields. The engine keeps each one apart, which makes them dear. */
export const MOST_NAMES = 20_000;
/** Escapes in strings: as many as several megabytes of source code have. */
export const MOST_ESCAPES = 2_000_000;

/** By how long the engine takes for each, relative to one more number in a list. */
const CONTAINER_WEIGHT = 6;
const STRING_WEIGHT = 4;
const FIELD_WEIGHT = 2;
const ELEMENT_WEIGHT = 1;

/** A run of characters that are no structure: from here on a search is quicker than a look at each of them. */
const LONG_RUN = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function tooMuch(what: string): ChatError {
  return new ChatError('badRequest', `The JSON of the request is refused: ${what}.`);
}

/**
 * Finds the next place of a character, from places that only grow. Each part of the text is searched once, and by the
 * engine's own search, which is quicker than any loop.
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

/** Finds the end of a run of characters that are no structure. */
function createRuns(text: string): { endOf(start: number): number } {
  const searches = ['"', '{', '}', '[', ']', ':', ','].map((character) => createSearch(text, character));
  return { endOf: (start) => Math.min(...searches.map((next) => next(start))) };
}

/** Finds the ends of strings, one after the other, in time that does not depend on what they hold but for escapes. */
function createStrings(text: string): { endOf(start: number): number } {
  const nextQuote = createSearch(text, '"');
  const nextBackslash = createSearch(text, '\\');
  let escapes = 0;
  return {
    /** @param start behind the opening quote @returns where the closing quote is, or the end of the text */
    endOf(start) {
      for (let at = start; ;) {
        const quote = nextQuote(at);
        const backslash = nextBackslash(at);
        if (backslash >= quote) return quote;
        escapes += 1;
        if (escapes > MOST_ESCAPES) throw tooMuch(`its strings have more than ${MOST_ESCAPES} escapes`);
        at = backslash + 2;
      }
    },
  };
}

const BUCKETS = 1 << 18;
/** Longer names are taken for different ones without a look. */
const COMPARED_CHARACTERS = 64;

/** Counts different names, a few too low where two fall into one bucket. */
function createNames(text: string): { add(start: number, end: number): void } {
  let buckets: Uint8Array | undefined;
  let different = 0;
  return {
    add(start, end) {
      let hash = 0x811c9dc5;
      if (end - start <= COMPARED_CHARACTERS) {
        for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
        buckets ??= new Uint8Array(BUCKETS);
        const bucket = (hash ^ (hash >>> 15)) & (BUCKETS - 1);
        if (buckets[bucket] === 1) return;
        buckets[bucket] = 1;
      }
      different += 1;
      if (different > MOST_NAMES) throw tooMuch(`it has more than ${MOST_NAMES} different names of fields`);
    },
  };
}

/**
 * Checks a text that is about to be parsed, up to the end of its first value. Says nothing on whether it is JSON.
 * @param room what its values may weigh
 * @returns what they weigh
 * @throws ChatError `badRequest` for one that nests too deep or holds too many values
 */
export function checkJsonLimits(text: string, room = MOST_WEIGHT): number {
  const strings = createStrings(text);
  const names = createNames(text);
  const runs = createRuns(text);
  let levels = 0;
  let weight = 0;
  let stringStart = 0;
  let stringEnd = 0;
  let structure = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        stringStart = at + 1;
        stringEnd = strings.endOf(stringStart);
        at = stringEnd;
        weight += STRING_WEIGHT;
        break;
      case COLON:
        names.add(stringStart, stringEnd);
        weight += FIELD_WEIGHT;
        break;
      case COMMA:
        weight += ELEMENT_WEIGHT;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        levels += 1;
        if (levels > MOST_LEVELS) throw tooMuch(`it nests more than ${MOST_LEVELS} levels deep`);
        weight += CONTAINER_WEIGHT;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        levels -= 1;
        if (levels <= 0) return weight;
        break;
      default:
        if (at - structure > LONG_RUN) at = runs.endOf(at) - 1;
        continue;
    }
    structure = at;
    if (weight > room) throw tooMuch('it holds too many values');
  }
  return weight;
}
