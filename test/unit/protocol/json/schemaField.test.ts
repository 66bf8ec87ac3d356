import assert from 'node:assert/strict';
import type { Json } from '../../../../src/core/json.js';
import { fieldsOf } from '../../../../src/protocol/json/fields.js';
import { readAnswerSchema, readToolSchema } from '../../../../src/protocol/json/schemaField.js';

const FIELD = { name: 'parameters', goType: 'api.P' };

const read = (value: Json, tool = 'f'): unknown =>
  readToolSchema(fieldsOf({ parameters: value }, { root: 'R', path: 'tools' }, 'api.T'), FIELD, tool);

describe('readToolSchema', () => {
  it('returns an object as it is, also one that is JSON text', () => {
    const schema = { type: 'OBJECT', required: null };
    assert.deepEqual(read(schema), schema);
    assert.deepEqual(read(` ${JSON.stringify(schema)}`), schema);
  });

  it('takes nothing, null, an empty list and a blank text for no parameters', () => {
    const none = { type: 'object', properties: {} };
    for (const value of [null, [], '', ' ']) assert.deepEqual(read(value), none);
    assert.deepEqual(readToolSchema(undefined, FIELD, 'f'), none);
  });

  it('refuses anything else with the name of the tool', () => {
    const message = (type: string): string =>
      `json: cannot unmarshal ${type} into Go struct field R.tools.parameters of type api.P (tool "f")`;
    const values: readonly (readonly [Json, string])[] = [
      [5, 'number'],
      [true, 'bool'],
      [['a'], 'array'],
      ['object', 'string'],
      ['{"type":', 'string'],
      ['[]', 'string'],
    ];
    for (const [value, type] of values) {
      assert.throws(() => read(value), { kind: 'badRequest', message: message(type) });
    }
    assert.throws(() => read(5, ''), { message: message('number').replace(' (tool "f")', '') });
  });

  it('limits the JSON text', () => {
    assert.throws(() => read('{"a":'.repeat(200) + '1' + '}'.repeat(200)), { message: /is refused/ });
  });
});

describe('readAnswerSchema', () => {
  it('reads an object, or JSON text of one', () => {
    const format = { type: 'schema', schema: { type: 'object' } };
    assert.deepEqual(readAnswerSchema({ type: 'object' }), format);
    assert.deepEqual(readAnswerSchema('{"type":"object"}'), format);
  });

  it('takes nothing, null and true for any JSON', () => {
    for (const value of [undefined, null, true]) assert.deepEqual(readAnswerSchema(value), { type: 'json' });
  });

  it('refuses anything else', () => {
    for (const value of [5, false, [], 'Person', '']) {
      assert.throws(() => readAnswerSchema(value), {
        kind: 'badRequest',
        message: /not a JSON Schema object/,
      });
    }
  });
});
