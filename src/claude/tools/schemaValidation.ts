/** Checks that a schema is valid for JSON Schema 2020-12, and opens the parts that are not. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../../core/json.js';
import { openReferences } from './openReferences.js';
import { isList, isObject, KEYWORD_KINDS, mapValues, omit, pick } from './schemaKeywords.js';

const META_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';

let compiled: ValidateFunction | undefined;

/** The validator of schemas. It takes about 0.1 s to compile, once. */
function validator(): ValidateFunction {
  if (compiled !== undefined) return compiled;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  compiled = ajv.getSchema(META_SCHEMA);
  if (compiled === undefined) throw new Error('ajv does not contain the meta-schema of draft 2020-12');
  return compiled;
}

/** Compiles the validator, so that the first schema does not wait for it. */
export function prepareValidation(): void {
  validator();
}

/** Why a schema is not valid, with the place; `undefined` if it is. */
export function invalidReason(schema: Json): string | undefined {
  const problem = firstProblem(schema);
  return problem && reasonOf(problem);
}

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

function reasonOf({ path, message }: Problem): string {
  return `${path.join('/') || 'the schema'} ${message}`;
}

function firstProblem(schema: Json): Problem | undefined {
  const validate = validator();
  if (validate(schema)) return undefined;
  const [error] = validate.errors ?? [];
  const path = error?.instancePath.split('/').slice(1) ?? [];
  const names = path.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { path: names, message: error?.message ?? 'is not valid' };
}

/** More than any schema of a real tool needs. */
const MAX_OPENED = 20;

/**
 * Opens invalid parts: a property with an invalid keyword then allows every value and keeps its description; at the root, the
 * keyword is left out. So are references to what has been in an opened part.
 * @param report gets each of these references
 * @returns a valid schema, or the reason why there is none
 */
export function openInvalidParts(
  schema: JsonObject,
  report: (reference: string) => void = () => undefined,
): { readonly schema: JsonObject } | { readonly reason: string } {
  let opened = schema;
  for (let count = 0; ; count++) {
    const problem = firstProblem(opened);
    if (problem === undefined) return { schema: count === 0 ? schema : openReferences(opened, report) };
    if (problem.path.length === 0 || count === MAX_OPENED) return { reason: reasonOf(problem) };
    const path = problem.path.slice(0, lengthToOpen(problem.path));
    opened = path.length === 1 ? omit(opened, path) : (replaceAt(opened, path, describedOnly) as JsonObject);
  }
}

/** How much of a path leads to the innermost property or definition, or else to a keyword of the root. */
function lengthToOpen(path: readonly string[]): number {
  let innermost = 1;
  for (let at = 0; at < path.length;) {
    const keyword = path[at]!;
    const kind = KEYWORD_KINDS.get(keyword);
    if (kind !== 'schema' && kind !== 'schemaList' && kind !== 'schemaMap') break;
    at += kind === 'schema' ? 1 : 2;
    if ((keyword === 'properties' || keyword === '$defs') && at <= path.length) innermost = at;
  }
  return innermost;
}

function replaceAt(value: Json, [name, ...rest]: readonly string[], replace: (value: Json) => Json): Json {
  if (name === undefined) return replace(value);
  const change = (member: Json, key: string): Json =>
    key === name ? replaceAt(member, rest, replace) : member;
  if (isList(value)) return value.map((member, i) => change(member, String(i)));
  return isObject(value) ? mapValues(value, change) : value;
}

function describedOnly(schema: Json): Json {
  return isObject(schema) ? pick(schema, ['description', 'title']) : {};
}
