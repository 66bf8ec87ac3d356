/**
 * In the workspace lane the CLI itself checks the JSON Schema of an answer, with a validator of draft 7 in its strict mode. It
 * ignores a schema with anything that this validator does not know, and the model would answer in prose. Pure.
 */
import type { Json, JsonObject } from '../../core/json.js';
import { isList, isObject, mapSubschemas, type Schema } from './schemaKeywords.js';
import { textKey } from './textKey.js';

/** The keywords of draft 7, and `$defs`, which the validator knows too. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    '$ref $defs definitions $comment title description default deprecated readOnly writeOnly examples type enum const ' +
    'multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern items maxItems minItems ' +
    'uniqueItems contains maxProperties minProperties required properties patternProperties additionalProperties ' +
    'propertyNames if then else allOf anyOf oneOf not format contentEncoding contentMediaType'
  ).split(' '),
);

const FORMATS: ReadonlySet<Json> = new Set(
  (
    'date time date-time duration uri uri-reference uri-template email hostname ipv4 ipv6 regex uuid json-pointer ' +
    'relative-json-pointer'
  ).split(' '),
);

/**
 * A schema that the CLI takes. If that says less, the whole schema is in its description.
 * @param schema valid for draft 2020-12
 */
export function strictSchema(schema: JsonObject): JsonObject {
  const lost = { any: false };
  const strict = restrict(schema, lost) as JsonObject;
  if (!lost.any) return strict;
  const { description } = strict;
  const given = typeof description === 'string' ? `${description}\n\n` : '';
  return {
    ...strict,
    description: `${given}The answer must match this JSON Schema: ${JSON.stringify(schema)}`,
  };
}

function restrict(schema: Schema, lost: { any: boolean }): Schema {
  if (typeof schema === 'boolean') return schema;
  const nullable = withNull(schema);
  const kept = Object.entries(nullable).filter(([keyword, value]) => isKnown(nullable, keyword, value));
  lost.any ||= kept.length < Object.keys(nullable).length;
  const strict = mapSubschemas(Object.fromEntries(kept), (subschema) => restrict(subschema, lost));
  const values = strict['enum'];
  return isList(values) ? { ...strict, enum: distinct(values) } : strict;
}

/** OpenAPI's `nullable`, in the words of JSON Schema. */
function withNull(schema: JsonObject): JsonObject {
  const { nullable, type, ...rest } = schema;
  if (nullable !== true || typeof type !== 'string') return schema;
  const values = rest['enum'];
  return { type: [type, 'null'], ...rest, ...(isList(values) ? { enum: [...values, null] } : {}) };
}

function isKnown(schema: JsonObject, keyword: string, value: Json): boolean {
  switch (keyword) {
    case 'format':
      return FORMATS.has(value);
    case 'pattern':
      return typeof value === 'string' && isUnicodePattern(value);
    case 'patternProperties':
      // The strict mode refuses a property that one of the patterns matches.
      return !('properties' in schema) && isObject(value) && Object.keys(value).every(isUnicodePattern);
    case 'if':
      return 'then' in schema || 'else' in schema;
    case 'then':
    case 'else':
      return 'if' in schema;
    default:
      return KNOWN.has(keyword);
  }
}

function isUnicodePattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').unicode;
  } catch {
    return false;
  }
}

function distinct(values: readonly Json[]): readonly Json[] {
  return [...new Map(values.map((value) => [textKey(JSON.stringify(value)), value])).values()];
}
