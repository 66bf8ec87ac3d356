/** The keywords of JSON Schema 2020-12 by the kind of their value, and walks over the schemas inside a schema. Pure. */
import type { Json, JsonObject } from '../../core/json.js';

/** A schema of JSON Schema 2020-12. */
export type Schema = JsonObject | boolean;

/**
 * `schema`, `schemaList`, `schemaMap`: the value contains schemas. `names`: a list of property names. `nameLists`: an object of
 * such lists. `count`: an integer from 0. `positive`: a number above 0. `list`: a list of any values.
 */
export type KeywordKind =
  | 'schema'
  | 'schemaList'
  | 'schemaMap'
  | 'names'
  | 'nameLists'
  | 'count'
  | 'number'
  | 'positive'
  | 'boolean'
  | 'text'
  | 'list';

const NAMES_BY_KIND: Readonly<Record<KeywordKind, readonly string[]>> = {
  schema: [
    'additionalProperties',
    'contains',
    'contentSchema',
    'else',
    'if',
    'items',
    'not',
    'propertyNames',
    'then',
    'unevaluatedItems',
    'unevaluatedProperties',
  ],
  schemaList: ['allOf', 'anyOf', 'oneOf', 'prefixItems'],
  schemaMap: ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'],
  names: ['required'],
  nameLists: ['dependentRequired'],
  count: [
    'maxContains',
    'maxItems',
    'maxLength',
    'maxProperties',
    'minContains',
    'minItems',
    'minLength',
    'minProperties',
  ],
  number: ['exclusiveMaximum', 'exclusiveMinimum', 'maximum', 'minimum'],
  positive: ['multipleOf'],
  boolean: ['deprecated', 'readOnly', 'uniqueItems', 'writeOnly'],
  text: [
    '$comment',
    '$dynamicRef',
    '$id',
    '$ref',
    'contentEncoding',
    'contentMediaType',
    'description',
    'format',
    'pattern',
    'title',
  ],
  list: ['examples'],
};

/** Keyword → kind of its value. `type` and `enum` are not in it, nor are keywords that take any value. */
export const KEYWORD_KINDS: ReadonlyMap<string, KeywordKind> = new Map(
  Object.entries(NAMES_BY_KIND).flatMap(([kind, names]) =>
    names.map((name) => [name, kind as KeywordKind] as const),
  ),
);

/** Keywords that describe a value and do not restrict it. */
export const ANNOTATIONS: readonly string[] = [
  '$comment',
  'default',
  'deprecated',
  'description',
  'examples',
  'readOnly',
  'title',
  'writeOnly',
];

/** The keywords that combine whole schemas. The Messages API refuses them at the root of a tool's schema. */
export const COMBINATORS = ['allOf', 'anyOf', 'oneOf'] as const;

/** The names of properties that the Messages API allows at the root of a tool's schema. */
const API_PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Whether a tool may have a property of that name. `__proto__` is refused here: programs in JavaScript lose it. */
export function isApiPropertyName(name: string): boolean {
  return API_PROPERTY_NAME.test(name) && name !== '__proto__';
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An array as such: `Array.isArray` does not narrow a readonly one. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The part of a schema with these keywords. */
export function pick(schema: JsonObject, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keywords.includes(keyword)));
}

/** The part of a schema without these keywords. */
export function omit(schema: JsonObject, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** Adds sentences to the description of a schema. */
export function withNotes(schema: JsonObject, notes: readonly string[]): JsonObject {
  if (notes.length === 0) return schema;
  const { description } = schema;
  const texts = typeof description === 'string' && description !== '' ? [description, ...notes] : notes;
  return { ...schema, description: texts.join(' ') };
}

/** Applies a function to the values of an object. */
export function mapValues(object: JsonObject, change: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

/**
 * Applies a function to every schema directly inside a schema.
 * @param schema valid for JSON Schema 2020-12
 */
export function mapSubschemas(schema: JsonObject, change: (subschema: Schema) => Schema): JsonObject {
  const changeAny = (value: Json): Json =>
    isObject(value) || typeof value === 'boolean' ? change(value) : value;
  return mapValues(schema, (value, keyword) => {
    const kind = KEYWORD_KINDS.get(keyword);
    if (kind === 'schema') return changeAny(value);
    if (kind === 'schemaList' && isList(value)) return value.map(changeAny);
    return kind === 'schemaMap' && isObject(value) ? mapValues(value, changeAny) : value;
  });
}
