import assert from 'node:assert/strict';
import type { Json } from '../../../../src/core/json.js';
import { repairSchema } from '../../../../src/claude/tools/schemaRepair.js';

/** What a client sends → what the model gets. */
type Case = readonly [what: string, sent: Json, repaired: Json];

const NULLS: readonly Case[] = [
  ['required', { required: null }, {}],
  ['items, enum and pattern', { items: null, enum: null, pattern: null }, {}],
  ['anyOf and its elements', { anyOf: null, oneOf: [null, { type: 'null' }] }, { oneOf: [{ type: 'null' }] }],
  ['a property', { properties: { a: null } }, { properties: { a: {} } }],
  [
    'all keywords three levels down',
    { items: { items: { items: { minimum: null, title: null } } } },
    { items: { items: { items: {} } } },
  ],
  ['additionalProperties and $defs', { additionalProperties: null, $defs: null }, {}],
  [
    'what may be null',
    { enum: [null], const: null, default: null },
    { enum: [null], const: null, default: null },
  ],
];

const EMPTY: readonly Case[] = [
  ['a list for properties', { properties: [] }, { properties: {} }],
  ['an object for required', { required: {} }, {}],
  ['an object for enum', { enum: {} }, {}],
  ['a list for a property', { properties: { a: [] } }, { properties: { a: {} } }],
  ['a list for items', { type: 'array', items: [] }, { type: 'array' }],
  ['a list for additionalProperties', { additionalProperties: [] }, {}],
  ['a list for anyOf', { anyOf: [], allOf: {} }, {}],
  ['a list for a description', { description: [], title: {} }, {}],
];

const TYPES: readonly Case[] = [
  [
    'in capitals',
    { type: 'OBJECT', properties: { a: { type: 'Number' } } },
    { type: 'object', properties: { a: { type: 'number' } } },
  ],
  ['empty or null', { properties: { a: { type: '' }, b: { type: null } } }, { properties: { a: {}, b: {} } }],
  ['as a union in one string', { type: 'integer, string' }, { type: ['integer', 'string'] }],
  ['as a union with a bar', { type: 'string|null' }, { type: ['string', 'null'] }],
  ['as a union in words', { type: 'boolean or null' }, { type: ['boolean', 'null'] }],
  ['of Python', { type: 'Optional[int]' }, { type: ['integer', 'null'] }],
  ['of Python in a list', { type: ['str', 'float'] }, { type: ['string', 'number'] }],
  ['any', { type: 'any', description: 'd' }, { description: 'd' }],
  ['any in a list', { type: ['string', 'any'] }, {}],
  ['null of YAML in a list', { type: ['string', null] }, { type: ['string', 'null'] }],
  ['that is repeated', { type: ['string', 'String'] }, { type: 'string' }],
  ['that is not known', { type: 'date', description: 'When.' }, { description: 'When. Type: date.' }],
  [
    'for a schema',
    { properties: { a: 'string', b: 'The name.' } },
    { properties: { a: { type: 'string' }, b: { description: 'The name.' } } },
  ],
];

const REQUIRED: readonly Case[] = [
  ['one name', { properties: { a: {} }, required: 'a' }, { properties: { a: {} }, required: ['a'] }],
  [
    'names in one string',
    { properties: { a: {}, b: {} }, required: 'a, b' },
    { properties: { a: {}, b: {} }, required: ['a', 'b'] },
  ],
  [
    'a flag at the property',
    { properties: { a: { required: true }, b: { required: false } } },
    { properties: { a: {}, b: {} }, required: ['a'] },
  ],
  ['flags by name', { required: { a: true, b: false } }, { required: ['a'] }],
  ['a list as an object', { required: { 1: 'a', 2: 'b' } }, { required: ['a', 'b'] }],
  ['repeats and other values', { required: ['a', 'a', 1, null] }, { required: ['a'] }],
  ['true for the whole', { required: true }, {}],
];

const OLDER_DRAFTS: readonly Case[] = [
  [
    'tuples',
    { items: [{ type: 'integer' }, true], additionalItems: { type: 'string' } },
    { prefixItems: [{ type: 'integer' }, true], items: { type: 'string' } },
  ],
  [
    'closed tuples',
    { items: [{}], additionalItems: false, minItems: 1 },
    { minItems: 1, prefixItems: [{}], items: false },
  ],
  [
    'additionalItems beside one schema, which means nothing',
    { items: { type: 'string' }, additionalItems: false },
    { items: { type: 'string' } },
  ],
  [
    'definitions',
    { $ref: '#/definitions/A', definitions: { A: { items: [{ $ref: '#/definitions/A/not' }], not: {} } } },
    { $ref: '#/$defs/A', $defs: { A: { prefixItems: [{ $ref: '#/$defs/A/not' }], not: {} } } },
  ],
  ['definitions beside $defs', { $defs: { A: {} }, definitions: { B: {} } }, { $defs: { B: {}, A: {} } }],
  [
    'definitions with a name of $defs',
    { $ref: '#/definitions/A', $defs: { A: {} }, definitions: { A: { type: 'string' } } },
    { $ref: '#/definitions/A', $defs: { A: {} }, definitions: { A: { type: 'string' } } },
  ],
  [
    'references into tuples',
    { properties: { a: { items: [{}] }, b: { $ref: '#/properties/a/items/0' } } },
    { properties: { a: { prefixItems: [{}] }, b: { $ref: '#/properties/a/prefixItems/0' } } },
  ],
  [
    'exclusive limits',
    { minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false },
    { maximum: 5, exclusiveMinimum: 1 },
  ],
  ['exclusive limits without a limit', { exclusiveMaximum: true }, {}],
  [
    'dependencies',
    { dependencies: { a: ['b'], c: { required: ['d'] }, e: 'f' } },
    { dependentSchemas: { c: { required: ['d'] } }, dependentRequired: { a: ['b'], e: ['f'] } },
  ],
  [
    'types of draft 3',
    { type: ['string', { properties: { a: {} } }] },
    { anyOf: [{ type: 'string' }, { properties: { a: {} } }] },
  ],
  [
    'extends and divisibleBy',
    { extends: { title: 't' }, divisibleBy: 2 },
    { multipleOf: 2, allOf: [{ title: 't' }] },
  ],
  [
    '$recursiveRef',
    { $recursiveAnchor: true, properties: { a: { $recursiveRef: '#' } } },
    { properties: { a: { $ref: '#' } } },
  ],
  [
    'siblings of a reference, which draft 7 ignores',
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: { $ref: '#/definitions/A', type: 'string', description: 'd' },
      definitions: { A: {} },
    },
    { items: { $ref: '#/$defs/A', description: 'd' }, $defs: { A: {} } },
  ],
  [
    'siblings of a reference in a later draft',
    { items: { $ref: '#/$defs/A', maxLength: 1 }, $defs: { A: {} } },
    { items: { $ref: '#/$defs/A', maxLength: 1 }, $defs: { A: {} } },
  ],
  [
    'ids that are fragments',
    { $defs: { A: { $id: '#a' } }, items: { $ref: '#a' } },
    { $defs: { A: { $anchor: 'a' } }, items: { $ref: '#a' } },
  ],
  [
    'the id of the root',
    {
      $id: 'https://x.example/s',
      items: { $ref: 'https://x.example/s#/definitions/A' },
      definitions: { A: {} },
    },
    { items: { $ref: '#/$defs/A' }, $defs: { A: {} } },
  ],
];

const VALUES: readonly Case[] = [
  [
    'numbers as strings',
    { minimum: '1.5', minLength: '3', multipleOf: '2' },
    { minimum: 1.5, minLength: 3, multipleOf: 2 },
  ],
  [
    'counts below zero, fractions and words',
    { minLength: -1, maxItems: 1.5, minimum: 'low', multipleOf: 0 },
    {},
  ],
  [
    'booleans as strings',
    { uniqueItems: 'true', additionalProperties: 'false' },
    { uniqueItems: true, additionalProperties: false },
  ],
  ['one value for a list', { enum: 'red', examples: 'e' }, { enum: ['red'], examples: ['e'] }],
  ['one schema for a list', { anyOf: { type: 'string' } }, { anyOf: [{ type: 'string' }] }],
  ['a description in lines', { description: ['one', 'two'] }, { description: 'one\ntwo' }],
  [
    'properties as a list',
    { properties: [{ name: 'a', type: 'int', required: true }] },
    { properties: { a: { type: 'integer' } }, required: ['a'] },
  ],
  [
    'patterns of other languages',
    { pattern: '(?i)^v$', description: 'd' },
    { description: 'd Pattern: (?i)^v$' },
  ],
  [
    'patterns of other languages for names',
    { patternProperties: { '(?i)^x': {}, '^y': { type: 'int' } }, additionalProperties: false },
    {
      patternProperties: { '^y': { type: 'integer' } },
      description: 'More properties, by the pattern of their names: (?i)^x',
    },
  ],
  ['patterns with Unicode classes', { pattern: '^\\p{L}+$' }, { pattern: '^\\p{L}+$' }],
];

const ENUMS: readonly Case[] = [
  ['numbered members of PHP and Lua', { enum: { 1: 'x', 2: 'y' } }, { enum: ['x', 'y'] }],
  [
    'names with values, of which either may be meant',
    { enum: { RED: 'r', BLUE: 'b' }, description: 'Paint' },
    { description: 'Paint Values: {"RED":"r","BLUE":"b"}.' },
  ],
  ['a list as text', { enum: '["a", "b"]' }, { enum: ['a', 'b'] }],
  ['several values in a text', { enum: 'red, green' }, { description: 'Values: red, green.' }],
  ['text that is no list', { enum: '[a' }, { enum: ['[a'] }],
  ['an empty text', { enum: ' ' }, {}],
  ['one value of another type', { enum: 5 }, { enum: [5] }],
  ['false', { enum: false }, { enum: [false] }],
];

const A_STRING = { type: 'string' };

const REFERENCES: readonly Case[] = [
  [
    'to a definition that is missing',
    { properties: { a: { $ref: '#/$defs/Gone', description: 'An a.' }, b: A_STRING } },
    { properties: { a: { description: 'An a. Type: Gone.' }, b: A_STRING } },
  ],
  [
    'to another document',
    { items: { $ref: 'https://x.test/a.json' } },
    { items: { description: 'Type: a.json.' } },
  ],
  [
    'by the bare name of a definition',
    { items: { $ref: 'A' }, definitions: { A: A_STRING } },
    {
      items: { $ref: '#/$defs/A' },
      $defs: { A: A_STRING },
    },
  ],
  [
    'to a definition that stands deeper inside',
    { items: { $ref: '#/components/schemas/A', $defs: { A: A_STRING } } },
    { items: { $ref: '#/items/$defs/A', $defs: { A: A_STRING } } },
  ],
  [
    'to a name that two definitions have',
    { items: { $ref: 'A', $defs: { A: A_STRING } }, $defs: { A: {} } },
    { items: { description: 'Type: A.', $defs: { A: A_STRING } }, $defs: { A: {} } },
  ],
  [
    'to a part of a missing definition, even if a definition has its name',
    { items: { $ref: '#/$defs/B/properties/A' }, $defs: { A: A_STRING } },
    { items: { description: 'Type: A.' }, $defs: { A: A_STRING } },
  ],
  [
    'to anchors',
    { items: { $ref: '#here' }, not: { $ref: '#gone' }, $defs: { A: { $anchor: 'here' } } },
    { items: { $ref: '#here' }, not: { description: 'Type: gone.' }, $defs: { A: { $anchor: 'here' } } },
  ],
  [
    'to a dynamic anchor that is missing',
    { items: { $dynamicRef: '#node' } },
    { items: { description: 'Type: node.' } },
  ],
  ['to itself', { $defs: { A: { $ref: '#/$defs/A' } } }, { $defs: { A: { description: 'Type: A.' } } }],
  [
    'in a circle',
    { $defs: { A: { anyOf: [{ $ref: '#/$defs/B' }, A_STRING] }, B: { allOf: [{ $ref: '#/$defs/A' }] } } },
    {
      $defs: {
        A: { anyOf: [{ description: 'Type: B.' }, A_STRING] },
        B: { allOf: [{ description: 'Type: A.' }] },
      },
    },
  ],
  ['to the root, at the root', { $ref: '#', title: 't' }, { title: 't' }],
  [
    'that recur in a value inside are kept',
    {
      properties: { sub: { items: { $ref: '#' } }, next: { anyOf: [{ $ref: '#/$defs/A' }] } },
      $defs: { A: { properties: { a: { $ref: '#/$defs/A' } } } },
    },
    {
      properties: { sub: { items: { $ref: '#' } }, next: { anyOf: [{ $ref: '#/$defs/A' }] } },
      $defs: { A: { properties: { a: { $ref: '#/$defs/A' } } } },
    },
  ],
  [
    'of a schema with an id of its own',
    {
      items: { $id: 'https://x.test/i', not: { $ref: '#/$defs/A' }, $defs: { A: {} } },
      not: { $ref: 'https://x.test/i#/$defs/A' },
    },
    {
      items: { $id: 'https://x.test/i', not: { $ref: '#/$defs/A' }, $defs: { A: {} } },
      not: { $ref: 'https://x.test/i#/$defs/A' },
    },
  ],
];

describe('repairSchema', () => {
  const groups: Readonly<Record<string, readonly Case[]>> = {
    'takes null as not set': NULLS,
    'takes the empty values of PHP and Lua for each other': EMPTY,
    'repairs a type': TYPES,
    'repairs required': REQUIRED,
    'translates older drafts': OLDER_DRAFTS,
    'repairs values': VALUES,
    'repairs enum': ENUMS,
    'repairs references': REFERENCES,
  };
  for (const [group, cases] of Object.entries(groups)) {
    for (const [what, sent, repaired] of cases) {
      it(`${group}: ${what}`, () => assert.deepEqual(repairSchema(sent), repaired));
    }
  }

  it('changes nothing in a valid schema with keywords of other vocabularies', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string', nullable: true, example: null, 'x-order': 1, enum: ['x', 'x'], format: 'int32' },
        required: { type: 'boolean' },
        items: { type: 'array', items: { $ref: '#/$defs/definitions' } },
        definitions: { const: { required: null, type: '' } },
      },
      discriminator: { propertyName: 'a' },
      $defs: { definitions: { type: ['string', 'null'], default: { properties: [] } } },
      unevaluatedProperties: false,
    };
    assert.deepEqual(repairSchema(schema), schema);
  });

  it('keeps the order of properties', () => {
    const properties = { z: { type: 'STRING' }, a: null, m: {} };
    const repaired = repairSchema({ properties }) as { properties: object };
    assert.deepEqual(Object.keys(repaired.properties), ['z', 'a', 'm']);
  });
});
