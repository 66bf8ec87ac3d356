import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../../src/core/json.js';
import { repairTool } from '../../../../src/claude/tools/toolRepair.js';
import { schemaRefusal } from '../../../support/apiToolRules.js';
import { conditionalSchema } from '../../../support/conditionalSchema.js';
import { draft7Schemas } from '../../../support/randomSchemas.js';

const NUM_RUNS = process.env['SOAK'] === '1' ? 4000 : 300;

const repair = (parameters: JsonObject): { description: string; parameters: JsonObject } =>
  repairTool({ name: 'f', description: 'Does it.', parameters });

/** The names of all properties that the root mentions. */
function mentioned(schema: Json): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, allOf = [], anyOf = [], oneOf = [] } = schema as Record<string, Json>;
  const branches = [allOf, anyOf, oneOf].flatMap((list) => list as readonly Json[]);
  return [...Object.keys(properties as JsonObject), ...branches.flatMap(mentioned)];
}

describe('combinators at the root of a tool', function () {
  this.timeout(900_000);

  it('become one list of properties that the API accepts, with every property in it', () => {
    fc.assert(
      fc.property(draft7Schemas({ rootCombinators: true }), (schema) => {
        const { parameters } = repair(schema);
        assert.equal(schemaRefusal(parameters), undefined);
        const properties = Object.keys((parameters['properties'] as JsonObject | undefined) ?? {});
        assert.equal(properties.length, new Set(mentioned(schema)).size);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('allow every value whose properties its alternative mentions', () => {
    const value = fc.constantFrom<Json>('s', 1);
    const property = fc.constantFrom<Json>({ type: 'string' }, { type: 'integer' }, { const: 1 }, true, {
      enum: ['s', null],
    });
    const branch = fc.constantFrom('a', 'b', 'c').chain((name) =>
      fc.record({
        properties: fc.record({ [name]: property, kind: property }),
        required: fc.constantFrom([name], [name, 'kind']),
      }),
    );
    const cases = fc.array(branch, { minLength: 1, maxLength: 3 }).chain((branches) => {
      const [chosen] = branches;
      const names = [...Object.keys(chosen!.properties), 'root'];
      const values = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
      return fc.record({ branches: fc.constant(branches), values });
    });
    let valid = 0;
    fc.assert(
      fc.property(fc.constantFrom('allOf', 'anyOf', 'oneOf'), cases, (keyword, { branches, values }) => {
        const before = new Ajv({ strict: false });
        const schema = { type: 'object', properties: { root: { type: 'string' } }, [keyword]: branches };
        if (!before.validate(branches[0]!, values) || !before.validate(schema, values)) return;
        valid++;
        const after = new Ajv2020({ strict: false });
        assert.ok(after.validate(repair(schema).parameters, values), after.errorsText());
      }),
      { numRuns: NUM_RUNS * 2 },
    );
    assert.ok(valid > NUM_RUNS / 50, `only ${valid} values were valid before`);
  });

  it('say which parameters belong together', () => {
    const schema = {
      type: 'object',
      properties: { verbose: { type: 'boolean' } },
      oneOf: [
        { properties: { kind: { const: 'city' }, name: { type: 'string' } }, required: ['kind', 'name'] },
        {
          properties: { kind: { const: 'point' }, lat: { type: 'number' }, lon: { type: 'number' } },
          required: ['kind', 'lat'],
        },
      ],
    };
    const { description, parameters } = repair(schema);
    assert.equal(
      description,
      'Does it.\n\nGive the parameters of exactly one of these groups: (kind = "city", name) or ' +
        '(kind = "point", lat, optionally lon).',
    );
    assert.deepEqual(parameters, {
      type: 'object',
      properties: {
        verbose: { type: 'boolean' },
        kind: { enum: ['city', 'point'] },
        name: { type: 'string' },
        lat: { type: 'number' },
        lon: { type: 'number' },
      },
      required: ['kind'],
    });
  });

  it('are read through references, and references to the root keep their meaning', () => {
    const { parameters } = repair({
      allOf: [{ $ref: '#/definitions/Node' }, { required: ['label'] }],
      definitions: {
        Node: { type: 'object', properties: { label: { type: 'string' }, next: { $ref: '#' } } },
      },
    });
    assert.deepEqual(parameters, {
      type: 'object',
      $defs: {
        Node: { type: 'object', properties: { label: { type: 'string' }, next: { $ref: '#/$defs/root' } } },
        root: { allOf: [{ $ref: '#/$defs/Node' }, { required: ['label'] }] },
      },
      properties: { label: { type: 'string' }, next: { $ref: '#/$defs/root' } },
      required: ['label'],
    });
  });

  it('name what a list of properties cannot express', () => {
    const { description } = repair({
      type: 'object',
      properties: { a: {}, b: {} },
      allOf: [conditionalSchema({ required: ['a'] }, { required: ['b'] })],
    });
    assert.match(description, /must also match this JSON Schema: {"if":{"required":\["a"\]},"then":/);
  });

  it('are refused with the name of the tool when they multiply without end', () => {
    const $defs: Record<string, Json> = { d0: { properties: { a: {} } } };
    for (let i = 1; i < 40; i++)
      $defs[`d${i}`] = { allOf: [{ $ref: `#/$defs/d${i - 1}` }, { $ref: `#/$defs/d${i - 1}` }] };
    assert.throws(() => repair({ anyOf: [{ $ref: '#/$defs/d39' }], $defs }), {
      kind: 'badRequest',
      message: 'The parameters of the tool "f" cannot be used: it combines too many alternatives.',
    });
  });
});
