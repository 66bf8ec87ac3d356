/**
 * Repairs the values of keywords that contain no schemas. Clients send nulls for what they do not set (Go, Java), empty lists
 * for empty objects (PHP), empty objects for empty lists (Lua), and numbers as strings. Pure.
 */
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { isList, isObject, type KeywordKind } from './schemaKeywords.js';

/** The kinds whose values contain no schemas. */
export type PlainKind = Exclude<KeywordKind, 'schema' | 'schemaList' | 'schemaMap'>;

/**
 * @param properties the names of the properties of the same schema
 * @returns the repaired value, or `undefined` if the keyword must be left out, which never restricts more than the value did
 * @throws ChatError `badRequest` for the name of a property that is too long
 */
export function repairKeyword(kind: PlainKind, value: Json, properties: readonly string[]): Json | undefined {
  switch (kind) {
    case 'names':
      return namesOf(value, properties);
    case 'nameLists':
      return isObject(value) ? nameLists(value) : undefined;
    case 'count':
      return count(value);
    case 'number':
      return numberOf(value);
    case 'positive':
      return positive(value);
    case 'boolean':
      return booleanOf(value);
    case 'text':
      return textOf(value);
    case 'list':
      return list(value);
  }
}

/** A list of names without repeats; from a string, only if it names properties. */
function namesOf(value: Json, properties: readonly string[]): readonly string[] | undefined {
  if (isList(value)) return unique(value.filter((name) => typeof name === 'string'));
  if (isObject(value)) {
    // A list that became an object with the indices as keys, or names with a flag each.
    const names = Object.entries(value).flatMap(([key, named]) =>
      named === true ? [key] : typeof named === 'string' ? [named] : [],
    );
    return names.length === 0 ? undefined : unique(names);
  }
  if (typeof value !== 'string') return undefined;
  if (properties.includes(value)) return [value];
  const known = new Set(properties);
  // More names than properties: one is unknown or repeated.
  const names = value.split(',', known.size + 1).map((name) => name.trim());
  return names.length <= known.size && names.every((name) => known.has(name)) ? unique(names) : undefined;
}

/** Characters. No field of a request has a longer name (`json/jsonLimits.ts`), so no arguments could contain it. */
const MAX_NAME = 8_000;

function unique(names: readonly string[]): readonly string[] {
  if (names.some((name) => name.length > MAX_NAME)) {
    throw badRequest(
      `A JSON Schema of the request requires a property whose name is longer than ${MAX_NAME} characters.`,
    );
  }
  return [...new Set(names)];
}

function nameLists(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, names]) => {
      const list = typeof names === 'string' ? [names] : namesOf(names, []);
      return list === undefined ? [] : [[name, list] as const];
    }),
  );
}

/** Characters of a number as a string. */
const MAX_DIGITS = 1_000;

function numberOf(value: Json): number | undefined {
  const isNumeric =
    typeof value === 'string' &&
    value.length <= MAX_DIGITS &&
    /^\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\s*$/.test(value);
  const number = isNumeric ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function count(value: Json): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}

function positive(value: Json): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number > 0 ? number : undefined;
}

function booleanOf(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : undefined;
}

function textOf(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isList(value) || value.length === 0) return undefined;
  return value.every((line) => typeof line === 'string') ? value.join('\n') : JSON.stringify(value);
}

function list(value: Json): readonly Json[] | undefined {
  if (isList(value)) return value.length === 0 ? undefined : value;
  if (isObject(value)) {
    const values = Object.values(value);
    return values.length === 0 ? undefined : values;
  }
  return value === null || value === '' ? undefined : [value];
}
