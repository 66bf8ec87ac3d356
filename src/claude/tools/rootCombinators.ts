/**
 * Replaces `allOf`, `anyOf` and `oneOf` at the root of a tool's schema, which the Messages API refuses, by one list of all
 * properties. A text says what the list cannot. The result allows what the schema allowed, except for properties that an
 * alternative does not mention: their schema in other alternatives counts. Pure.
 */
import { badRequest } from '../../core/errors.js';
import { canonicalJson, type Json, type JsonObject } from '../../core/json.js';
import { memoize } from '../../core/memoize.js';
import { groupNote, restNote, type Part } from './combinatorNotes.js';
import { pointerOf, schemaAt, withCopyForReferences } from './references.js';
import { ANNOTATIONS, COMBINATORS, isList, isObject, omit, pick, type Schema } from './schemaKeywords.js';
import { textKey } from './textKey.js';

/** The most properties of all alternatives together. Real tools have a few dozen. */
const MAX_MERGED = 10_000;

/** The most characters of the schemas that are compared with each other. */
const MAX_COMPARED = 4_000_000;

/** A key that is equal for equal values. @throws ChatError `badRequest` if there is too much to compare */
type KeyOf = (value: Json) => string;

function createKeys(): KeyOf {
  let left = MAX_COMPARED;
  const compute = (value: Json): string => {
    const json = canonicalJson(value);
    left -= json.length;
    if (left < 0) throw badRequest('it combines too many alternatives');
    return textKey(json);
  };
  const ofObject = memoize((value: JsonObject) => compute(value));
  return (value) => (isObject(value) ? ofObject(value) : compute(value));
}

/** A schema without combinators at its root, and the sentences about them. */
export interface FlatSchema {
  readonly schema: JsonObject;
  readonly notes: readonly string[];
}

const LISTED = ['type', 'properties', 'required', '$ref', '$defs', 'definitions', 'additionalProperties'];

/**
 * @param referring valid for draft 2020-12; may refer to one of its own definitions
 * @throws ChatError `badRequest` if there are too many alternatives
 */
export function flattenRoot(referring: JsonObject): FlatSchema {
  const root = inlineReference(referring);
  if (![...COMBINATORS, '$ref'].some((keyword) => keyword in root)) return { schema: root, notes: [] };
  const whole = withCopyForReferences(
    root,
    ([first]) => first === undefined || COMBINATORS.some((name) => name === first),
  );
  const budget = { left: MAX_MERGED };
  const keyOf = createKeys();
  const part = new Merger(whole, budget, keyOf).partOf(whole, []);
  const properties = [...part.properties].map(([name, schemas]) => [name, together(schemas, 'anyOf', keyOf)]);
  const schema = {
    ...omit(whole, [...COMBINATORS, '$ref', 'properties', 'required', 'unevaluatedProperties']),
    properties: Object.fromEntries(properties) as JsonObject,
    ...(part.required.length === 0 ? {} : { required: [...new Set(part.required)] }),
  };
  return { schema, notes: [...part.notes, ...restNote(part.rest)] };
}

/** Replaces a reference at the root by the schema that it refers to, if nothing beside it restricts the arguments. */
function inlineReference(root: JsonObject): JsonObject {
  let schema = root;
  const seen = new Set<string>();
  for (;;) {
    const { $ref, ...siblings } = schema;
    const restricting = omit(siblings, [...ANNOTATIONS, 'type', '$defs', 'definitions']);
    if (typeof $ref !== 'string' || Object.keys(restricting).length > 0) return schema;
    const pointer = pointerOf($ref);
    const target = pointer && schemaAt(root, pointer);
    if (!isObject(target) || seen.has($ref)) return schema;
    seen.add($ref);
    schema = { ...target, ...omit(siblings, ['type']) };
  }
}

class Merger {
  readonly #root: JsonObject;
  readonly #budget: { left: number };
  readonly #keyOf: KeyOf;

  constructor(root: JsonObject, budget: { left: number }, keyOf: KeyOf) {
    this.#root = root;
    this.#budget = budget;
    this.#keyOf = keyOf;
  }

  /** @param references those that led here: a schema that contains itself is read once */
  partOf(schema: Schema, references: readonly string[]): Part {
    if (!isObject(schema)) return { properties: new Map(), required: [], rest: [], notes: [] };
    this.#spend(1);
    const isRoot = schema === this.#root;
    const parts = [
      this.#own(schema),
      ...this.#referred(schema, references),
      ...schemasOf(schema, 'allOf').map((branch) => this.partOf(branch, references)),
    ];
    const rest = omit(schema, [...LISTED, ...COMBINATORS, ...ANNOTATIONS, 'unevaluatedProperties']);
    const all = this.#all(parts);
    const alternatives = (['oneOf', 'anyOf'] as const).map((keyword) =>
      this.#alternatives(schemasOf(schema, keyword), keyword, references),
    );
    const whole = alternatives.reduce((sum, part) => this.#withDefaults(sum, part), all);
    return isRoot || Object.keys(rest).length === 0 ? whole : { ...whole, rest: [...whole.rest, rest] };
  }

  #own({ properties, required }: JsonObject): Part {
    const own = Object.entries(isObject(properties) ? properties : {});
    this.#spend(own.length);
    return {
      properties: new Map(own.map(([name, schema]) => [name, [schema]])),
      required: isList(required) ? (required as readonly string[]) : [],
      rest: [],
      notes: [],
    };
  }

  #referred({ $ref }: JsonObject, references: readonly string[]): Part[] {
    if (typeof $ref !== 'string' || references.includes($ref)) return [];
    const pointer = pointerOf($ref);
    const schema = pointer && schemaAt(this.#root, pointer);
    return schema === undefined ? [] : [this.partOf(schema, [...references, $ref])];
  }

  /** Parts that apply together. */
  #all(parts: readonly Part[]): Part {
    const conjuncts = new Map<string, Json[]>();
    for (const part of parts) {
      this.#spend(part.properties.size);
      for (const [name, schemas] of part.properties) {
        const known = conjuncts.get(name) ?? [];
        conjuncts.set(name, known);
        known.push(together(schemas, 'anyOf', this.#keyOf));
      }
    }
    return {
      properties: new Map(
        [...conjuncts].map(([name, schemas]) => [name, [together(schemas, 'allOf', this.#keyOf)]]),
      ),
      required: parts.flatMap((part) => part.required),
      rest: parts.flatMap((part) => part.rest),
      notes: parts.flatMap((part) => part.notes),
    };
  }

  /** Parts of which one applies. */
  #alternatives(schemas: readonly Schema[], keyword: 'anyOf' | 'oneOf', references: readonly string[]): Part {
    const parts = schemas
      .filter((schema) => !isObject(schema) || schema['type'] !== 'null')
      .map((schema) => this.partOf(schema, references));
    const properties = new Map<string, Json[]>();
    for (const part of parts) {
      this.#spend(part.properties.size);
      for (const [name, variants] of part.properties) {
        const known = properties.get(name) ?? [];
        properties.set(name, known);
        known.push(together(variants, 'anyOf', this.#keyOf));
      }
    }
    const [first, ...others] = parts.map((part) => new Set(part.required));
    return {
      properties,
      required: [...(first ?? [])].filter((name) => others.every((required) => required.has(name))),
      rest: [],
      notes: [
        ...groupNote(parts, keyword),
        ...parts.flatMap((part) =>
          [...part.notes, ...restNote(part.rest)].map((note) => `In one group: ${note}`),
        ),
      ],
    };
  }

  /** Adds what alternatives say to a part. A property that the part itself describes keeps that description. */
  #withDefaults(part: Part, alternatives: Part): Part {
    const properties = new Map(part.properties);
    for (const [name, schemas] of alternatives.properties) {
      const known = properties.get(name);
      const described = known?.[0];
      if (described === undefined) properties.set(name, schemas);
      else if (isOpen(described)) {
        const merged = together(schemas, 'anyOf', this.#keyOf);
        properties.set(name, [
          isObject(merged) && isObject(described) ? { ...merged, ...described } : merged,
        ]);
      }
    }
    return {
      properties,
      required: [...part.required, ...alternatives.required],
      rest: part.rest,
      notes: [...part.notes, ...alternatives.notes],
    };
  }

  #spend(count: number): void {
    this.#budget.left -= count;
    if (this.#budget.left < 0) throw badRequest('it combines too many alternatives');
  }
}

/** Whether a schema describes a value without restricting it. */
function isOpen(schema: Json): boolean {
  return schema === true || (isObject(schema) && Object.keys(omit(schema, ANNOTATIONS)).length === 0);
}

function schemasOf(schema: JsonObject, keyword: string): readonly Schema[] {
  const value = schema[keyword];
  return isList(value) ? (value as readonly Schema[]) : [];
}

/** One schema for several. Alternatives of fixed values become one `enum`. */
function together(schemas: readonly Json[], keyword: 'allOf' | 'anyOf', keyOf: KeyOf): Json {
  if (schemas.length === 1) return schemas[0]!;
  const distinct = [...new Map(schemas.map((schema) => [keyOf(schema), schema])).values()];
  const [first] = distinct;
  if (distinct.length === 1 || first === undefined) return first ?? {};
  if (keyword === 'anyOf' && distinct.some((schema) => schema === true)) return true;
  const values = distinct.map((schema) => (isObject(schema) ? valuesOf(schema) : undefined));
  if (keyword === 'allOf' || values.some((value) => value === undefined)) return { [keyword]: distinct };
  const described = isObject(first) ? pick(first, ['type', 'description', 'title']) : {};
  const types = new Set(distinct.map((schema) => (isObject(schema) ? JSON.stringify(schema['type']) : '')));
  const unique = new Map(values.flat().map((value) => [keyOf(value!), value!]));
  return { ...(types.size === 1 ? described : omit(described, ['type'])), enum: [...unique.values()] };
}

/** The values of a schema that only lists them. */
function valuesOf(schema: JsonObject): readonly Json[] | undefined {
  const restricting = Object.keys(omit(schema, [...ANNOTATIONS, 'type', 'const', 'enum']));
  if (restricting.length > 0) return undefined;
  if ('const' in schema) return 'enum' in schema ? undefined : [schema['const']!];
  const values = schema['enum'];
  return isList(values) ? values : undefined;
}
