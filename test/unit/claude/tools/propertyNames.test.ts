import assert from 'node:assert/strict';
import type { JsonObject } from '../../../../src/core/json.js';
import { renameProperties } from '../../../../src/claude/tools/propertyNames.js';
import { repairTool } from '../../../../src/claude/tools/toolRepair.js';
import { conditionalSchema } from '../../../support/conditionalSchema.js';

const namesOf = (schema: JsonObject): string[] => Object.keys(schema['properties'] as JsonObject);
const renamed = (...names: string[]): string[] =>
  namesOf(renameProperties({ properties: Object.fromEntries(names.map((name) => [name, {}])) }).schema);

describe('renameProperties', () => {
  it('chooses names that are close to the client’s', () => {
    assert.deepEqual(renamed('größe', 'volume level', 'filter[id]', 'naïve café', 'a.b-c_d'), [
      'grosse',
      'volume_level',
      'filter_id',
      'naive_cafe',
      'a.b-c_d',
    ]);
  });

  it('makes names unique, also those without a Latin letter, and long and empty ones', () => {
    const long = 'n'.repeat(70);
    assert.deepEqual(renamed('姓名', '住所', '', 'volume level', 'volume_level', long, `${long}2`), [
      'parameter',
      'parameter_2',
      'parameter_3',
      'volume_level_2',
      'volume_level',
      'n'.repeat(64),
      `${'n'.repeat(62)}_2`,
    ]);
  });

  it('tells the model what the client calls them', () => {
    const { schema } = renameProperties({ properties: { größe: { description: 'In cm.' }, 'b c': true } });
    assert.deepEqual(schema['properties'], {
      grosse: { description: '"größe": In cm.' },
      b_c: { description: '"b c"' },
    });
  });

  it('changes them wherever the schema names them', () => {
    const { schema } = renameProperties({
      properties: { größe: { type: 'string' }, b: { $ref: '#/properties/gr%C3%B6%C3%9Fe' } },
      required: ['größe', 'b'],
      dependentRequired: { größe: ['b'], b: ['größe'] },
      dependentSchemas: { größe: { required: ['größe'] } },
      not: { properties: { größe: { const: 'x' } } },
      ...conditionalSchema({ required: ['größe'] }, { anyOf: [{ required: ['größe'] }] }),
    });
    assert.deepEqual(schema, {
      properties: {
        grosse: { type: 'string', description: '"größe"' },
        b: { $ref: '#/properties/grosse' },
      },
      required: ['grosse', 'b'],
      dependentRequired: { grosse: ['b'], b: ['grosse'] },
      dependentSchemas: { grosse: { required: ['grosse'] } },
      not: { properties: { grosse: { const: 'x' } } },
      ...conditionalSchema({ required: ['grosse'] }, { anyOf: [{ required: ['grosse'] }] }),
    });
  });

  it('leaves the names of nested objects, also where they refer to the root', () => {
    const { schema, rename } = renameProperties({
      type: 'object',
      properties: { größe: { type: 'object', properties: { größe: {} } }, next: { $ref: '#' } },
    });
    const root = {
      type: 'object',
      properties: { größe: { type: 'object', properties: { größe: {} } }, next: { $ref: '#/$defs/root' } },
    };
    assert.deepEqual(schema, {
      type: 'object',
      properties: {
        grosse: { type: 'object', properties: { größe: {} }, description: '"größe"' },
        next: { $ref: '#/$defs/root' },
      },
      $defs: { root },
    });
    const values = { grosse: { größe: 1 }, next: { größe: 2 } };
    assert.deepEqual(rename(values), { größe: { größe: 1 }, next: { größe: 2 } });
    assert.deepEqual(rename(rename(values)), values);
  });

  it('leaves out a condition that uses a definition for the same object', () => {
    const { schema } = renameProperties({
      properties: { 'a b': {} },
      ...conditionalSchema({ $ref: '#/$defs/x' }, { required: ['a b'] }),
      $defs: { x: { required: ['a b'] } },
    });
    assert.deepEqual(Object.keys(schema).sort(), ['$defs', 'properties']);
  });

  it('renames a property that JavaScript would lose', () => {
    const parameters = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as JsonObject;
    const tool = repairTool({ name: 'f', description: '', parameters });
    assert.deepEqual(tool.parameters, {
      type: 'object',
      properties: { proto: { type: 'string', description: '"__proto__"' } },
    });
    assert.equal(JSON.stringify(tool.rename({ proto: 'x' })), '{"__proto__":"x"}');
  });
});
