import assert from 'node:assert/strict';
import { answerProblem } from '../../../../src/claude/tools/answerValidation.js';
import type { Json, JsonObject } from '../../../../src/core/json.js';

const PERSON: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' }, mood: { enum: ['good', 'bad'] } },
  required: ['name'],
  additionalProperties: false,
};

describe('answerProblem', () => {
  for (const [answer, problem] of [
    [{ name: 'A' }, undefined],
    [{ name: 'A', age: 3, mood: 'bad' }, undefined],
    [{ name: 'A', age: 'x' }, 'age must be integer'],
    [{}, "the answer must have required property 'name'"],
    [{ name: 'A', mood: 'so' }, 'mood must be equal to one of the allowed values: "good", "bad"'],
    [{ name: 'A', more: 1 }, 'the answer must NOT have additional properties'],
    ['text', 'the answer must be object'],
  ] as readonly (readonly [Json, string | undefined])[]) {
    it(`says ${problem ?? 'nothing'} about ${JSON.stringify(answer)}`, () => {
      assert.equal(answerProblem(PERSON, answer), problem);
    });
  }

  it('follows references, tuples and alternatives', () => {
    const schema: JsonObject = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: {
        point: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
      },
      anyOf: [{ $ref: '#/$defs/point' }, { type: 'null' }],
    };
    assert.equal(answerProblem(schema, [1, 2]), undefined);
    assert.equal(answerProblem(schema, null), undefined);
    assert.notEqual(answerProblem(schema, [1, 'x']), undefined);
    assert.notEqual(answerProblem(schema, [1, 2, 3]), undefined);
  });

  it('checks schemas with the same $id apart', () => {
    const of = (type: string): JsonObject => ({ $id: 'https://example.org/a', type });
    assert.equal(answerProblem(of('string'), 'x'), undefined);
    assert.equal(answerProblem(of('number'), 'x'), 'the answer must be number');
  });

  it('checks nothing that it cannot check safely', () => {
    assert.equal(answerProblem({ $ref: '#/$defs/missing' }, 1), undefined);
    assert.equal(answerProblem({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(40)}!`), undefined);
    assert.equal(answerProblem({ type: 'string', format: 'email' }, 'no address'), undefined);
    assert.equal(answerProblem({ enum: ['x'.repeat(200_000)] }, 'y'), undefined);
  });
});
