/** Checks a structured answer against its schema. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../../core/json.js';
import { createTextCache } from './textCache.js';

/** Schemas with more characters are not checked: compiling one takes long, and all requests share one thread. */
const MAX_SCHEMA_CHARACTERS = 100_000;
const MAX_CACHED = 2_000_000;

const validatorOf = createTextCache<JsonObject, ValidateFunction | undefined>(MAX_CACHED, (schema) => {
  // Its own instance, so that the `$id`s of different schemas cannot collide.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, allErrors: false });
  // A regular expression of the schema could take any time for an answer.
  for (const keyword of ['pattern', 'patternProperties']) ajv.removeKeyword(keyword);
  try {
    const { $schema: _, ...rest } = schema;
    return ajv.compile(rest);
  } catch {
    return undefined;
  }
});

/** Ajv's code for some unusual schemas throws, for example for `unevaluatedItems` beside an empty `prefixItems`. */
function matches(validate: ValidateFunction, answer: Json): boolean {
  try {
    return validate(answer);
  } catch {
    return true;
  }
}

/**
 * What of an answer does not match its schema, in words for the model. `undefined` if it matches, or if the schema cannot be
 * used for a check: `format`, `pattern` and `patternProperties` are not checked, nor are very long schemas.
 */
export function answerProblem(schema: JsonObject, answer: Json): string | undefined {
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARACTERS) return undefined;
  const validate = validatorOf(schema);
  if (validate === undefined || matches(validate, answer)) return undefined;
  const [error] = validate.errors ?? [];
  const place = error?.instancePath === '' ? 'the answer' : error?.instancePath.slice(1);
  const allowed: unknown = (error?.params as { allowedValues?: unknown } | undefined)?.allowedValues;
  const values = Array.isArray(allowed)
    ? `: ${allowed.map((value) => JSON.stringify(value)).join(', ')}`
    : '';
  return `${place} ${error?.message ?? 'is not allowed'}${values}`;
}
