import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isCallSchema,
  isWrapped,
  objectSchema,
  StructuredAnswer,
} from '../../../../src/claude/turn/structuredOutput.js';

const LIST = {
  type: 'schema',
  schema: { type: 'array', items: { $ref: '#/$defs/x' }, $defs: { x: { type: 'number' } } },
} as const;

describe('structured output', function () {
  this.timeout(60_000);

  it('turns every response format into an object schema', () => {
    assert.deepEqual(objectSchema({ type: 'json' }), { type: 'object' });
    assert.deepEqual(objectSchema({ type: 'schema', schema: { properties: { a: {} } } }), {
      type: 'object',
      properties: { a: {} },
    });
    assert.deepEqual(objectSchema(LIST), {
      $defs: { x: { type: 'number' } },
      type: 'object',
      properties: { value: { type: 'array', items: { $ref: '#/$defs/x' } } },
      required: ['value'],
      additionalProperties: false,
    });
  });

  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    it(`wraps an object schema with ${keyword}, which no tool can have at its root`, () => {
      const schema = { type: 'object', properties: { a: {} }, [keyword]: [{ required: ['a'] }] };
      const format = { type: 'schema', schema } as const;
      assert.ok(isWrapped(format));
      assert.deepEqual(objectSchema(format)['properties'], { value: schema });
    });
  }

  for (const [what, schema, expected] of [
    ['one tool', { properties: { name: { const: 'f' }, parameters: {} } }, true],
    ['one tool as an enum', { properties: { name: { enum: ['f', 'g'] }, arguments: {} } }, true],
    ['one of several tools', { anyOf: [{ properties: { name: { const: 'f' }, parameters: {} } }] }, true],
    ['no call', { properties: { name: { const: 'f' } } }, false],
    ['a tool that is not on offer', { properties: { name: { const: 'x' }, parameters: {} } }, false],
    ['any name', { properties: { name: { type: 'string' }, parameters: {} } }, false],
  ] as const) {
    it(`${expected ? 'recognizes' : 'does not take for a call'} a schema of ${what}`, () => {
      const tools = ['f', 'g'].map((name) => ({ name, description: '', parameters: {} }));
      assert.equal(isCallSchema({ type: 'schema', schema }, tools), expected);
    });
  }

  it('wraps an object with a property name that the API refuses', () => {
    for (const name of ['größe', 'a b', '', 'x'.repeat(65)]) {
      const format = { type: 'schema', schema: { type: 'object', properties: { [name]: {} } } } as const;
      assert.ok(isWrapped(format));
      assert.deepEqual(objectSchema(format)['properties'], { value: format.schema });
    }
  });

  it('moves references to the root along with what it wraps', () => {
    const schema = {
      anyOf: [{ $ref: '#/$defs/x' }, { items: { $ref: '#' } }, { $ref: '#/anyOf/0' }],
      $defs: { x: { additionalProperties: { $ref: '#' } } },
    };
    const { $defs, properties } = objectSchema({ type: 'schema', schema });
    assert.deepEqual($defs, { x: { additionalProperties: { $ref: '#/properties/value' } } });
    assert.deepEqual(properties, {
      value: {
        anyOf: [
          { $ref: '#/$defs/x' },
          { items: { $ref: '#/properties/value' } },
          { $ref: '#/properties/value/anyOf/0' },
        ],
      },
    });
  });

  it('passes on an object answer unchanged', () => {
    const format = { type: 'schema', schema: { type: 'object' } } as const;
    assert.ok(!isWrapped(format));
    const answer = new StructuredAnswer(format);
    assert.equal(answer.feed('{"value": }'), '{"value": }');
    assert.equal(answer.flush(), '');
    assert.equal(answer.fromInput({ value: 1 }), '{"value":1}');
  });

  it('unwraps an answer of another type, however it is split into deltas', () => {
    const spaces = fc.constantFrom('', ' ', '\n  ');
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.tuple(spaces, spaces, spaces, spaces),
        fc.array(fc.nat(200), { maxLength: 6 }),
        (value, [a, b, c, d], at) => {
          const json = JSON.stringify(value);
          const whole = `${a}{${b}"value"${c}:${d}${json}${c}}${a}`;
          const edges = [0, ...at.map((n) => n % (whole.length + 1)).sort((x, y) => x - y), whole.length];
          const answer = new StructuredAnswer(LIST);
          let text = '';
          for (const [i, edge] of edges.slice(1).entries()) text += answer.feed(whole.slice(edges[i], edge));
          assert.equal(text + answer.flush(), json);
        },
      ),
    );
  });

  it('returns an input without the wrapper as a whole, and only then', () => {
    for (const [input, expected] of [
      ['{"values": [1]}', '{"values": [1]}'],
      ['{"note": "n", "value": [1]}', '{"note": "n", "value": [1]}'],
      ['{"value": [1]}', ''],
      ['', ''],
    ] as const) {
      const answer = new StructuredAnswer(LIST);
      const text = answer.feed(input) + answer.flush();
      assert.equal(text, expected === '' && input !== '' ? '[1]' : '');
      assert.equal(answer.withoutWrapper(), expected);
    }
  });

  it('unwraps an answer of another type that did not stream', () => {
    assert.equal(new StructuredAnswer(LIST).fromInput({ value: [1] }), '[1]');
  });
});
