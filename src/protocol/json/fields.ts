/**
 * Reads decoded JSON the way Go's decoder fills structs: keys in any case, null is absent, unknown keys are
 * ignored, and a wrong type is refused in Go's words. Both of Ollama's families of routes depend on it.
 */
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { scanValue } from './jsonSyntax.js';
import { checkJsonLimits } from './jsonLimits.js';

function refused(message: string): ChatError {
  return new ChatError('badRequest', message);
}

/**
 * The first JSON value of a body. What follows it is ignored, as Go's decoder does.
 * @param whenEmpty the error text for a body without a value
 * @throws ChatError `badRequest` in Go's words; in ours when it nests too deep or holds too many values
 */
export function parseBody(text: string, whenEmpty: string): Json {
  // The trim is quick with megabytes of blanks, but takes more for blank than JSON does.
  if (text.trimStart() === '' && /^[ \t\r\n]*$/.test(text)) throw refused(whenEmpty);
  checkJsonLimits(text);
  try {
    return JSON.parse(text) as Json;
  } catch {
    const scan = scanValue(text);
    if ('error' in scan) throw refused(scan.error);
    return JSON.parse(text.slice(0, scan.end)) as Json;
  }
}

/** Where in the request a value stands: the Go struct at the root, and the path from there. */
export interface Place {
  readonly root: string;
  /** Empty at the root itself. */
  readonly path: string;
}

function inside(place: Place, name: string): Place {
  return { root: place.root, path: place.path === '' ? name : `${place.path}.${name}` };
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Go's refusal of a value that has another type than the struct's field. */
export function typeError(value: Json, place: Place, goType: string): ChatError {
  const where =
    place.path === ''
      ? `Go value of type ${goType}`
      : `Go struct field ${place.root}.${place.path} of type ${goType}`;
  return refused(`json: cannot unmarshal ${kindOf(value)} into ${where}`);
}

/** True for JSON objects. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of one object. Every getter gives `undefined` for what is absent or null. */
export interface Fields {
  /** As it stands. */
  any(name: string): Json | undefined;
  string(name: string): string | undefined;
  boolean(name: string): boolean | undefined;
  integer(name: string): number | undefined;
  /** An object as it stands, with its keys untouched. */
  object(name: string, goType: string): JsonObject | undefined;
  /** An object's own fields. */
  fields(name: string, goType: string): Fields | undefined;
  /** Empty when absent. Elements that are null come as null. */
  list<T>(name: string, goType: string, element: (value: Json, place: Place) => T): T[];
}

/**
 * The fields of an object at that place; null has none.
 * @throws ChatError when the value is something else
 */
export function fieldsOf(value: Json, place: Place, goType: string): Fields {
  if (value !== null && !isObject(value)) throw typeError(value, place, goType);
  const byName = new Map<string, Json>();
  for (const [key, field] of Object.entries(value ?? {})) {
    if (field !== null) byName.set(key.toLowerCase(), field);
  }
  const get = (name: string): Json | undefined => byName.get(name);
  const wrong = (found: Json, name: string, type: string): ChatError =>
    typeError(found, inside(place, name), type);
  return {
    any: get,
    string(name) {
      const found = get(name);
      if (found === undefined || typeof found === 'string') return found;
      throw wrong(found, name, 'string');
    },
    boolean(name) {
      const found = get(name);
      if (found === undefined || typeof found === 'boolean') return found;
      throw wrong(found, name, 'bool');
    },
    integer(name) {
      const found = get(name);
      if (found === undefined) return undefined;
      if (typeof found !== 'number') throw wrong(found, name, 'int');
      if (Number.isInteger(found)) return found;
      throw refused(
        `json: cannot unmarshal number ${found} into Go struct field ${place.root}.${inside(place, name).path} of type int`,
      );
    },
    object(name, type) {
      const found = get(name);
      if (found === undefined || isObject(found)) return found;
      throw wrong(found, name, type);
    },
    fields(name, type) {
      const found = get(name);
      return found === undefined ? undefined : fieldsOf(found, inside(place, name), type);
    },
    list(name, type, element) {
      const found = get(name);
      if (found === undefined) return [];
      if (!Array.isArray(found)) throw wrong(found, name, type);
      const at = inside(place, name);
      return found.map((item: Json) => element(item, at));
    },
  };
}
