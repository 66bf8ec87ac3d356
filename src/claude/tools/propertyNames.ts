/**
 * Renames the properties of a tool whose names the Messages API refuses (`größe`, `volume level`, `filter[id]`). It checks the
 * names at the root only (reports of `Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'`). Pure.
 */
import type { Json, JsonObject } from '../../core/json.js';
import { mapReferences, withCopyForReferences } from './references.js';
import { TakenNames } from './takenNames.js';
import { COMBINATORS, isApiPropertyName, isList, isObject, mapValues, omit } from './schemaKeywords.js';

/** The most characters of a name that the API allows. */
const MAX_LENGTH = 64;

/** Renames the properties of one object. */
export type RenameProperties = (values: JsonObject) => JsonObject;

export interface RenamedSchema {
  readonly schema: JsonObject;
  /** Changes the client's names of arguments to those of the schema, and back: it undoes itself. */
  readonly rename: RenameProperties;
}

/** Keywords whose schemas apply to the arguments themselves, so that they use the same names. */
const IN_PLACE = ['if', 'then', 'else', 'not'] as const;

/** @param root valid for draft 2020-12, without combinators at its root */
export function renameProperties(root: JsonObject): RenamedSchema {
  const names = newNames(Object.keys(isObject(root['properties']) ? root['properties'] : {}));
  if (names.size === 0) return { schema: root, rename: (values) => values };
  const renamed = (name: string): string => names.get(name) ?? name;
  // Schemas deeper inside that refer to the root mean the client's names.
  const whole = withCopyForReferences(root, (pointer) => pointer[0] !== 'properties');
  const schema = renameInRoot(omit(whole, ['propertyNames']), renamed);
  const properties = schema['properties'] as JsonObject;
  const originals = new Map([...names].map(([name, chosen]) => [chosen, name]));
  const described = mapValues(properties, (property, name) =>
    originals.has(name) ? withOriginalName(property, originals.get(name)!) : property,
  );
  return {
    schema: mapReferences({ ...schema, properties: described }, ([first, name, ...rest]) =>
      first === 'properties' && name !== undefined ? [first, renamed(name), ...rest] : undefined,
    ) as JsonObject,
    rename: (values) => {
      const swapped = (name: string): string => names.get(name) ?? originals.get(name) ?? name;
      return Object.fromEntries(Object.entries(values).map(([name, value]) => [swapped(name), value]));
    },
  };
}

/** Refused name → new name. */
function newNames(names: readonly string[]): Map<string, string> {
  const refused = names.filter((name) => !isApiPropertyName(name));
  const taken = new TakenNames(names);
  return new Map(refused.map((name) => [name, taken.add(closestName(name), MAX_LENGTH)]));
}

/** Characters. The rest of a longer name is not part of the new one. */
const MAX_READ = 1_000;

function closestName(name: string): string {
  const latin = name.slice(0, MAX_READ).normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll('ß', 'ss');
  const allowed = latin.replaceAll(/[^a-zA-Z0-9_.-]+/g, '_').slice(0, MAX_LENGTH);
  return allowed.replaceAll(/^_+|_+$/g, '') || 'parameter';
}

/** The model must know what the client calls the property: prompts and results use that name. */
function withOriginalName(property: Json, name: string): JsonObject {
  const schema: JsonObject = isObject(property) ? property : property === false ? { not: {} } : {};
  const description = schema['description'];
  const text = typeof description === 'string' && description !== '' ? `: ${description}` : '';
  return { ...schema, description: JSON.stringify(name) + text };
}

type Rename = (name: string) => string;

/**
 * Renames properties in a schema and in the schemas that apply to the same object.
 * @returns `undefined` if one of them is a reference: what it refers to may also be used for other objects
 */
function renameIn(schema: JsonObject, rename: Rename): JsonObject | undefined {
  if ('$ref' in schema) return undefined;
  const renamed = Object.entries(schema).map(
    ([keyword, value]) => [keyword, renameKeyword(keyword, value, rename)] as const,
  );
  const complete = renamed.filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return complete.length < renamed.length ? undefined : Object.fromEntries(complete);
}

function renameKeyword(keyword: string, value: Json, rename: Rename): Json | undefined {
  if (keyword === 'properties') return renameKeys(value, rename);
  if (keyword === 'required') return renameAll(value, rename);
  if (keyword === 'dependentRequired' && isObject(value)) {
    return mapValues(renameKeys(value, rename), (names) => renameAll(names, rename));
  }
  if (keyword === 'dependentSchemas' && isObject(value)) {
    const schemas = Object.entries(value).map(
      ([name, inner]) => [rename(name), renameInAny(inner, rename)] as const,
    );
    const complete = schemas.filter((entry): entry is [string, Json] => entry[1] !== undefined);
    return complete.length < schemas.length ? undefined : Object.fromEntries(complete);
  }
  if (COMBINATORS.some((name) => name === keyword) && isList(value)) {
    const schemas = value.map((inner) => renameInAny(inner, rename)).filter((inner) => inner !== undefined);
    return schemas.length < value.length ? undefined : schemas;
  }
  return IN_PLACE.some((name) => name === keyword) ? renameInAny(value, rename) : value;
}

function renameInAny(schema: Json, rename: Rename): Json | undefined {
  return isObject(schema) ? renameIn(schema, rename) : schema;
}

/** Renames properties at the root. A condition that cannot be renamed is left out, which allows more. */
function renameInRoot(root: JsonObject, rename: Rename): JsonObject {
  const renamed = new Map(
    Object.entries(root).map(([keyword, value]) => [keyword, renameKeyword(keyword, value, rename)] as const),
  );
  const condition = ['if', 'then', 'else'];
  if (condition.some((keyword) => renamed.has(keyword) && renamed.get(keyword) === undefined)) {
    for (const keyword of condition) renamed.delete(keyword);
  }
  return Object.fromEntries([...renamed].filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function renameKeys(value: Json, rename: Rename): JsonObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), inner]));
}

function renameAll(value: Json, rename: Rename): Json {
  return isList(value) ? value.map((name) => (typeof name === 'string' ? rename(name) : name)) : value;
}
