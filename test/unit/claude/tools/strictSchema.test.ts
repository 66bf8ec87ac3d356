import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import type { JsonObject } from '../../../../src/core/json.js';
import { repairSchema } from '../../../../src/claude/tools/schemaRepair.js';
import { strictSchema } from '../../../../src/claude/tools/strictSchema.js';
import { draft7Schemas } from '../../../support/randomSchemas.js';

const NUM_RUNS = process.env['SOAK'] === '1' ? 5000 : 200;

describe('strictSchema', function () {
  this.timeout(600_000);

  it('keeps a schema of keywords that the CLI’s validator knows', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string', format: 'date', pattern: '^\\d+$' }, b: { $ref: '#/$defs/b' } },
      required: ['a'],
      additionalProperties: false,
      $defs: { b: { type: ['integer', 'null'], enum: [1, null] } },
    };
    assert.deepEqual(strictSchema(schema), schema);
  });

  it('leaves out what the validator does not know, and puts the whole schema into the description', () => {
    const schema = {
      type: 'object',
      description: 'A pair.',
      properties: {
        pair: { type: 'array', prefixItems: [{ type: 'string' }], minItems: 1 },
        n: { format: 'int32' },
      },
    };
    assert.deepEqual(strictSchema(schema), {
      type: 'object',
      description: `A pair.\n\nThe answer must match this JSON Schema: ${JSON.stringify(schema)}`,
      properties: { pair: { type: 'array', minItems: 1 }, n: {} },
    });
  });

  it('says nullable and repeated values in other words', () => {
    const schema = { properties: { a: { type: 'string', nullable: true, enum: ['x', 'x'] } } };
    assert.deepEqual(strictSchema(schema), {
      properties: { a: { type: ['string', 'null'], enum: ['x', null] } },
    });
  });

  it('makes schemas that the strict mode takes', () => {
    const strict = {
      strictTypes: false,
      strictTuples: false,
      validateFormats: false,
      logger: false,
    } as const;
    fc.assert(
      fc.property(draft7Schemas({ rootCombinators: true }), (schema) => {
        const validate = new Ajv(strict).compile(strictSchema(repairSchema(schema) as JsonObject));
        assert.equal(typeof validate, 'function');
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
