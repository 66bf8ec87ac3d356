/**
 * Repairs the keyword `type`, which clients write in capitals, in the words of their own language, as a list in one string
 * (`"integer, string"`, ollama-python) or as null (Go). Pure.
 */
import type { Json } from '../../core/json.js';
import { isList } from './schemaKeywords.js';

/** The types of JSON Schema by the names that are used for them, in lower case. */
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    string: ['str', 'text'],
    number: ['float', 'float32', 'float64', 'double', 'decimal', 'num'],
    integer: ['int', 'int32', 'int64', 'long', 'short', 'uint'],
    boolean: ['bool'],
    object: ['dict', 'dictionary', 'map', 'hash', 'struct', 'record'],
    array: ['list', 'tuple', 'set'],
    null: ['none', 'nil', 'nonetype'],
  }).flatMap(([type, others]) => [type, ...others].map((name) => [name, type] as const)),
);

/** Names for a value of any type. */
const ANY = new Set(['any', 'mixed', 'unknown', 'json', '*']);

/** A repaired type. `note` keeps a name whose meaning is not certain: the type is then left open. */
export interface RepairedType {
  readonly type?: string | readonly string[];
  readonly note?: string;
}

/** The JSON Schema type of that name. */
export function typeNamed(name: string): string | undefined {
  return TYPES.get(name.trim().toLowerCase());
}

/** @param value anything that stands where a type should */
export function repairType(value: Json): RepairedType {
  if (typeof value === 'string') return repairNames(namesIn(value), value);
  if (!isList(value)) return {};
  // YAML reads the type `null` as a null.
  const names = value.flatMap((name) =>
    name === null ? ['null'] : typeof name === 'string' ? namesIn(name) : [],
  );
  return names.length === 1 && value[0] === null ? {} : repairNames(names, names.join(', '));
}

/** Characters. A longer text is not a list of types. */
const MAX_TEXT = 1_000;

/** The names in a text like `integer, string`, `string|null`, `string or null` or `Optional[str]`. */
function namesIn(text: string): string[] {
  if (text.length > MAX_TEXT) return [text];
  const optional = /^\s*optional\[(.*)\]\s*$/i.exec(text);
  const union = /^\s*union\[(.*)\]\s*$/i.exec(text);
  const listed = optional?.[1] ?? union?.[1] ?? text;
  const names = listed.split(/[,|/]|\s+or\s+/i).map((name) => name.trim());
  return [...names, ...(optional === null ? [] : ['null'])].filter((name) => name !== '');
}

function repairNames(names: readonly string[], text: string): RepairedType {
  if (names.length === 0 || names.some((name) => ANY.has(name.toLowerCase()))) return {};
  const types = [...new Set(names.map(typeNamed))];
  const known = types.filter((type) => type !== undefined);
  if (known.length < types.length) return { note: `Type: ${text.trim()}.` };
  return { type: known.length === 1 ? known[0]! : known };
}
