/**
 * A value that JSON can represent. A `bigint` is an integer that a JavaScript number cannot hold exactly. It occurs only in
 * values made by `parseJson`: in the arguments of tool calls.
 */
export type Json = string | number | bigint | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Strings that begin with it stand for integers while a text is parsed or made. Clients cannot guess it. */
const MARK = `integer ${crypto.randomUUID()} `;
const MARKED = new RegExp(`"${MARK}(-?[0-9]+)"`, 'g');

/** So many digits may be an integer that a number cannot hold. */
const MANY_DIGITS = 16;
const ZERO = 0x30;
const NINE = 0x39;
/** Longer ones become numbers, because converting them takes long. */
const INTEGER = /^-?[0-9]{16,40}$/;
/** The beginning of a string, or a number. */
const STRING_OR_NUMBER = /"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/g;
/** A run of characters within a string, which may be the whole text. */
const PLAIN = /[^"\\]*/y;

/** Whether so many digits follow each other. Looks at few characters: one that is no digit ends all runs that it is in. */
function hasManyDigits(text: string): boolean {
  for (let end = MANY_DIGITS - 1; end < text.length;) {
    let digits = 0;
    while (digits < MANY_DIGITS) {
      const code = text.charCodeAt(end - digits);
      if (code < ZERO || code > NINE) break;
      digits += 1;
    }
    if (digits === MANY_DIGITS) return true;
    end += MANY_DIGITS - digits;
  }
  return false;
}

/** The index after the end of a string. @param start after the opening quote */
function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at += 2) {
    PLAIN.lastIndex = at;
    PLAIN.test(text);
    at = PLAIN.lastIndex;
    if (text[at] !== '\\') return at + 1;
  }
  return text.length;
}

/** Writes integers that a number cannot hold as marked strings. @returns `undefined` if there are none */
function markIntegers(text: string): string | undefined {
  const pieces: string[] = [];
  let copied = 0;
  const search = new RegExp(STRING_OR_NUMBER);
  for (let found = search.exec(text); found !== null; found = search.exec(text)) {
    const [token] = found;
    if (token === '"') search.lastIndex = endOfString(text, found.index + 1);
    else if (INTEGER.test(token) && String(Number(token)) !== token) {
      pieces.push(text.slice(copied, found.index), `"${MARK}${token}"`);
      copied = search.lastIndex;
    }
  }
  return copied === 0 ? undefined : pieces.join('') + text.slice(copied);
}

/**
 * Parses JSON. Integers that a number cannot hold exactly become `bigint`: ids of some services have 19 digits.
 * @throws SyntaxError for a text that is not JSON
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  const marked = hasManyDigits(text) ? markIntegers(text) : undefined;
  if (marked === undefined) return value;
  return JSON.parse(marked, (_key, nested: Json) =>
    typeof nested === 'string' && nested.startsWith(MARK) ? BigInt(nested.slice(MARK.length)) : nested,
  ) as Json;
}

/** JSON text of a value, with all digits of its integers. */
export function jsonText(value: Json | object): string {
  // Without a function for each value the engine is several times faster. It refuses integers of this type.
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const text = JSON.stringify(value, (_key, nested: unknown) =>
    typeof nested === 'bigint' ? `${MARK}${nested}` : nested,
  );
  return text.replace(MARKED, '$1');
}

/**
 * JSON text with the keys of every object sorted, so that equal values have equal texts. Equal are values that are written
 * alike as JSON in UTF-8: `-0` and 0, a number beyond the range of numbers and null, halves of surrogate pairs and U+FFFD.
 */
export function canonicalJson(value: Json): string {
  return jsonText(canonical(value));
}

function canonical(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonArray(value)) return value.map(canonical);
  const entries = Object.entries(value).map(
    ([key, member]) => [key.toWellFormed(), canonical(member)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

type Numeric = number | bigint;

function holds(value: Json, isMeant: (numeric: Numeric) => boolean): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return isMeant(value);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((each) => holds(each, isMeant))
  );
}

/** The value with the numbers that are meant converted. The same value if there is none. */
function convertNumbers(
  value: Json,
  isMeant: (numeric: Numeric) => boolean,
  convert: (numeric: Numeric) => Json,
): Json {
  if (!holds(value, isMeant)) return value;
  const convertEach = (each: Json): Json => convertNumbers(each, isMeant, convert);
  if (Array.isArray(value)) return value.map(convertEach);
  if (typeof value !== 'object') return convert(value as Numeric);
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, nested]) => [key, convertEach(nested)]),
  );
}

/** The value with every `bigint` as the nearest number. */
export function withNumbers<T extends Json>(value: T): T {
  return convertNumbers(value, (numeric) => typeof numeric === 'bigint', Number) as T;
}

/**
 * The value as it is sent to readers with JavaScript's numbers: what these cannot hold is a string. A long integer becomes
 * the string of its digits. A number beyond their range (`1e400`) becomes "Infinity" or "-Infinity": it would arrive as null.
 */
export function withDigits<T extends Json>(value: T): T {
  return convertNumbers(value, (numeric) => !Number.isFinite(numeric), String) as T;
}
