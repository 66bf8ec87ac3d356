/**
 * Reads JSON as Go's `encoding/json` decodes it into a struct: field names match in any case, null counts as absent,
 * unknown fields are ignored, and a value of a wrong type is refused with Go's message. All routes of Ollama do this.
 */
import { badRequest, type ChatError } from '../../core/errors.js';
import { type Json, type JsonObject, parseJson, withNumbers } from '../../core/json.js';
import { checkCount, checkLength, type ListLimit } from '../requestLimits.js';
import { scanValue } from './jsonSyntax.js';
import { type CheckJsonText, checkJsonLimits, createJsonTextCheck } from './jsonLimits.js';

/**
 * Parses the first JSON value of a body. Like Go's decoder, ignores what follows it. Long integers become `bigint`.
 * @param whenEmpty the error message for a body without a value
 * @throws ChatError `badRequest` with Go's message, or when the JSON exceeds the limits of `checkJsonLimits`
 */
export function parseBody(text: string, whenEmpty: string): Json {
  // trimStart is fast on megabytes of blanks, but also trims characters that are no blanks in JSON.
  if (text.trimStart() === '' && /^[ \t\r\n]*$/.test(text)) throw badRequest(whenEmpty);
  checkJsonLimits(text);
  try {
    return parseJson(text);
  } catch {
    const scan = scanValue(text);
    if ('error' in scan) throw badRequest(scan.error);
    return parseJson(text.slice(0, scan.end));
  }
}

/** The Go struct of a request body, with its package: `api.ChatRequest`. Appears in error messages. */
export type GoStruct = `${'api' | 'openai' | 'anthropic'}.${string}`;

/**
 * The fields of a request body.
 * @throws ChatError `badRequest` as `parseBody`, or when the body is not an object
 */
export function bodyFields(text: string, struct: GoStruct): Fields {
  const [goPackage, root = ''] = struct.split('.');
  // Ollama's native routes (server/routes.go) name an empty body; its other routes return the error of Go's decoder.
  const whenEmpty = goPackage === 'api' ? 'missing request body' : 'EOF';
  const at = { root, path: '', checkText: createJsonTextCheck() };
  return fieldsOf(parseBody(text, whenEmpty), at, struct);
}

/** The position of a value in a request: the Go struct of the body, and the path from there. */
export interface FieldPath {
  readonly root: string;
  /** Names joined by `.`; empty for the body itself. */
  readonly path: string;
  /** Checks the JSON texts of the request. Absent where a value is the only one. */
  readonly checkText?: CheckJsonText;
}

function childPath(parent: FieldPath, name: string): FieldPath {
  return { ...parent, path: parent.path === '' ? name : `${parent.path}.${name}` };
}

/** The JSON type of a value, as Go's decoder names it. */
function jsonTypeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Go's error for a value of another type than the struct's field. */
export function wrongType(value: Json, at: FieldPath, goType: string): ChatError {
  const target =
    at.path === '' ? `Go value of type ${goType}` : `Go struct field ${at.root}.${at.path} of type ${goType}`;
  return badRequest(`json: cannot unmarshal ${jsonTypeOf(value)} into ${target}`);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The fields of one object. Every getter returns `undefined` for a field that is absent or null, and throws a `ChatError`
 * with Go's message for a value of a wrong type.
 */
export interface Fields {
  /** For JSON text in one of the fields. */
  readonly checkText: CheckJsonText;
  /** The value, of any type. */
  value(name: string): Json | undefined;
  /** The value, of any type, in which long integers are `bigint`. All other getters return the nearest numbers. */
  exactValue(name: string): Json | undefined;
  /** A text that is not content: an id, a name, a role, … @throws ChatError also if it is too long (`checkLength`) */
  string(name: string): string | undefined;
  /** A text of any length, for the model or for the client. */
  text(name: string): string | undefined;
  boolean(name: string): boolean | undefined;
  integer(name: string): number | undefined;
  /** An object with its keys unchanged. */
  object(name: string, goType: string): JsonObject | undefined;
  /** The fields of a nested object. */
  fields(name: string, goType: string): Fields | undefined;
  /**
   * The elements, read one by one; empty when the field is absent. Null elements are passed on as null.
   * @param limit checked before the first element is read (`checkCount`)
   */
  list<T>(
    name: string,
    goType: string,
    readElement: (value: Json, at: FieldPath) => T,
    limit?: ListLimit,
  ): T[];
}

/**
 * The fields of an object. Null counts as an object without fields.
 * @throws ChatError `badRequest` with Go's message for a value of another type
 */
export function fieldsOf(value: Json, at: FieldPath, goType: string): Fields {
  if (value !== null && !isObject(value)) throw wrongType(value, at, goType);
  const byName = new Map<string, Json>();
  for (const [key, field] of Object.entries(value ?? {})) {
    if (field !== null) byName.set(key.toLowerCase(), field);
  }
  const get = (name: string): Json | undefined => {
    const found = byName.get(name);
    return found === undefined ? undefined : withNumbers(found);
  };
  const wrong = (found: Json, name: string, type: string): ChatError =>
    wrongType(found, childPath(at, name), type);
  const text = (name: string): string | undefined => {
    const found = get(name);
    if (found === undefined || typeof found === 'string') return found;
    throw wrong(found, name, 'string');
  };
  return {
    checkText: at.checkText ?? createJsonTextCheck(),
    value: get,
    exactValue: (name) => byName.get(name),
    text,
    string(name) {
      const found = text(name);
      if (found !== undefined) checkLength(`The field ${JSON.stringify(childPath(at, name).path)}`, found);
      return found;
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
      throw badRequest(
        `json: cannot unmarshal number ${found} into Go struct field ${at.root}.${childPath(at, name).path} of type int`,
      );
    },
    object(name, type) {
      const found = get(name);
      if (found === undefined || isObject(found)) return found;
      throw wrong(found, name, type);
    },
    fields(name, type) {
      const found = byName.get(name);
      return found === undefined ? undefined : fieldsOf(found, childPath(at, name), type);
    },
    list(name, type, readElement, limit) {
      const found = byName.get(name);
      if (found === undefined) return [];
      if (!Array.isArray(found)) throw wrong(found, name, type);
      if (limit !== undefined) checkCount(limit.what, found.length, limit.max);
      const child = childPath(at, name);
      return found.map((element: Json) =>
        readElement(typeof element === 'bigint' ? Number(element) : element, child),
      );
    },
  };
}
