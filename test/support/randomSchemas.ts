/** Random JSON Schemas, as valid as clients should send them and as sloppy as they do, and values to try with them. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/core/json.js';

/** Names of properties. The Messages API refuses some of them. */
const PROPERTY_NAMES = ['a', 'b', 'kind', 'größe', '姓名', 'filter[id]', 'volume level', 'x'.repeat(70)];
const propertyName = fc.constantFrom(...PROPERTY_NAMES);

const object = (entries: readonly (readonly [string, Json])[]): JsonObject => Object.fromEntries(entries);

/** A dictionary with these names. */
function members<T extends Json>(value: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> {
  return fc
    .uniqueArray(fc.tuple(propertyName, value), { selector: ([name]) => name, maxLength: 4 })
    .map(object);
}

const someNames = fc.uniqueArray(propertyName, { maxLength: 3 });

/** A record with some of these keywords. */
function some(keywords: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<JsonObject> {
  return fc.record(keywords, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
}

const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>({}, { type: 'string' }, { type: ['integer', 'null'] }, { type: 'boolean' }),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom<Json>(1, 'v', null, true), { minLength: 1 }) }),
  fc.record({ const: fc.constantFrom<Json>(1, 'v', null) }),
  some({
    type: fc.constant('number'),
    minimum: fc.integer({ min: -2, max: 2 }),
    exclusiveMaximum: fc.integer(),
  }),
  some({
    type: fc.constant('string'),
    pattern: fc.constant('^v'),
    maxLength: fc.nat(3),
    format: fc.constant('date'),
  }),
  fc.constantFrom<JsonObject>({ $ref: '#/definitions/D' }, { $ref: '#/definitions/E', description: 'e' }),
);

/** Options of a random schema. */
export interface SchemaShape {
  /** Whether the root may have `anyOf`, `oneOf` and `allOf`. */
  readonly rootCombinators: boolean;
}

/** Schemas of draft 7 for the parameters of a tool, valid for that draft. */
export function draft7Schemas({ rootCombinators }: SchemaShape): fc.Arbitrary<JsonObject> {
  const { properties } = fc.letrec<{
    nested: Json;
    properties: JsonObject;
    tuple: JsonObject;
    list: JsonObject;
    combined: JsonObject;
  }>((tie) => ({
    nested: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      tie('properties'),
      tie('tuple'),
      tie('list'),
      tie('combined'),
      fc.boolean(),
    ),
    properties: some({
      type: fc.constant('object'),
      properties: members(tie('nested')),
      required: someNames,
      additionalProperties: tie('nested'),
      dependencies: members(fc.oneof(someNames, tie('nested'))),
      propertyNames: fc.constantFrom<Json>(true, { maxLength: 90 }),
      title: fc.constant('T'),
    }),
    tuple: some({
      items: fc.array(tie('nested'), { minLength: 1, maxLength: 3 }),
      additionalItems: tie('nested'),
      minItems: fc.nat(2),
    }),
    list: some({
      type: fc.constant('array'),
      items: tie('nested'),
      uniqueItems: fc.boolean(),
      contains: tie('nested'),
    }),
    combined: some({
      anyOf: fc.array(tie('nested'), { minLength: 1, maxLength: 2 }),
      oneOf: fc.array(tie('nested'), { minLength: 1, maxLength: 2 }),
      allOf: fc.array(tie('nested'), { minLength: 1, maxLength: 2 }),
      ...Object.fromEntries(['not', 'if', 'then', 'else'].map((keyword) => [keyword, tie('nested')])),
    }),
  }));
  const definitions = fc.record({ D: properties, E: properties });
  const $schema = fc.constantFrom(
    'http://json-schema.org/draft-07/schema#',
    'http://json-schema.org/draft-07/schema',
  );
  const alternatives = fc.array(properties, { minLength: 1, maxLength: 3 });
  const combinators = rootCombinators
    ? some({ anyOf: alternatives, oneOf: alternatives, allOf: alternatives })
    : fc.constant({});
  return fc
    .tuple(properties, definitions, combinators, fc.option($schema, { nil: undefined }))
    .map(([root, defs, combined, dialect]) => ({
      ...(dialect === undefined ? {} : { $schema: dialect }),
      ...root,
      ...combined,
      definitions: defs,
    }));
}

/** Values, mostly objects with the names that the schemas use. */
export function instances(): fc.Arbitrary<JsonObject> {
  const { value } = fc.letrec<{ value: Json; list: readonly Json[]; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      fc.constantFrom<Json>(1, 2.5, 'v', 'other', null, true),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: members(tie('value')),
  }));
  return members(value);
}

/** What clients send where something else should be. */
const wrongValue = fc.constantFrom<Json>(
  null,
  [],
  {},
  '',
  'a',
  'true',
  true,
  false,
  0,
  -1,
  1.5,
  '5',
  ['a', 1, 'a'],
  { a: null },
  [null],
  [{}],
  [[]],
  { 0: 'a' },
  'STRING',
  'integer, string',
  'any',
  ['string', 'object'],
  [{ name: 'a', type: 'string', required: true }],
);

const KEYWORDS = [
  'type',
  'properties',
  'required',
  'items',
  'additionalItems',
  'prefixItems',
  'additionalProperties',
  'enum',
  'const',
  'default',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'minimum',
  'exclusiveMinimum',
  'minLength',
  'pattern',
  'format',
  'description',
  'title',
  'definitions',
  '$defs',
  '$ref',
  '$id',
  '$schema',
  'dependencies',
  'dependentRequired',
  'nullable',
  'example',
  'examples',
  'uniqueItems',
  'multipleOf',
  'x-order',
  'discriminator',
  'extends',
  'divisibleBy',
  'patternProperties',
  '$anchor',
  '$vocabulary',
];

/** Schemas in which any keyword may have any value. */
export function sloppySchemas(): fc.Arbitrary<JsonObject> {
  const { schema } = fc.letrec<{ schema: JsonObject; value: Json; map: JsonObject; list: readonly Json[] }>(
    (tie) => ({
      value: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        wrongValue,
        fc.constantFrom<Json>(
          'object',
          'string',
          '#/definitions/a',
          '#',
          '#/properties/größe',
          '#/anyOf/0',
          '^v$',
          '(?i)v',
        ),
        tie('schema'),
        tie('map'),
        tie('list'),
      ),
      schema: fc
        .uniqueArray(fc.tuple(fc.constantFrom(...KEYWORDS), tie('value')), {
          selector: ([name]) => name,
          maxLength: 5,
        })
        .map(object),
      map: members(tie('schema')),
      list: fc.array(tie('schema'), { maxLength: 3 }),
    }),
  );
  return fc
    .tuple(
      schema,
      fc.constantFrom<JsonObject>(
        {},
        { type: 'object' },
        { type: 'object', properties: { a: { type: 'string' } } },
      ),
    )
    .map(([root, base]) => ({ ...base, ...root }));
}
