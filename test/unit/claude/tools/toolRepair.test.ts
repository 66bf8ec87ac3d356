import assert from 'node:assert/strict';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { ChatError } from '../../../../src/core/errors.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { repairTool, type RepairedTool } from '../../../../src/claude/tools/toolRepair.js';
import { schemaRefusal } from '../../../support/apiToolRules.js';
import { draft7Schemas, instances, sloppySchemas } from '../../../support/randomSchemas.js';

const SOAK = process.env['SOAK'] === '1';
const NUM_RUNS = SOAK ? 100_000 : 2000;

const repair = (parameters: JsonObject): RepairedTool =>
  repairTool({ name: 'f', description: '', parameters });

/** The repaired tool; `undefined` if the tool is refused because its arguments could not be an object. */
function repairIfObject(parameters: JsonObject): RepairedTool | undefined {
  try {
    return repair(parameters);
  } catch (error) {
    const { kind, message } = error as ChatError;
    assert.equal(kind, 'badRequest', String(error));
    assert.match(message, /^The parameters of the tool "f" cannot be used: they are of the type /);
    return undefined;
  }
}

/** `undefined` for the few schemas for which Ajv generates code that is not valid (`not: true` beside a tuple). */
function compiled(ajv: Pick<Ajv, 'compile'>, schema: JsonObject): ValidateFunction | undefined {
  try {
    return ajv.compile(schema);
  } catch (error) {
    assert.ok(error instanceof ReferenceError, String(error));
    return undefined;
  }
}

/**
 * Whether a value is valid. A schema that refers to itself only is valid for nothing. `undefined`: Ajv cannot tell, because
 * its own code for some schemas refers to a variable that does not exist (`props0 is not defined`).
 */
function accepts(validate: ValidateFunction, value: JsonObject): boolean | undefined {
  try {
    return validate(value);
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    assert.ok(error instanceof RangeError, String(error));
    return false;
  }
}

describe('repairTool', function () {
  this.timeout(900_000);

  it('makes the API accept every schema, however sloppy', () => {
    fc.assert(
      fc.property(sloppySchemas(), (schema) => {
        const repaired = repairIfObject(schema);
        if (repaired !== undefined) assert.equal(schemaRefusal(repaired.parameters), undefined);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('changes nothing that it has repaired', () => {
    fc.assert(
      fc.property(sloppySchemas(), (schema) => {
        const repaired = repairIfObject(schema);
        if (repaired === undefined) return;
        const again = repair(repaired.parameters);
        assert.deepEqual(again.parameters, repaired.parameters);
        assert.equal(again.description, '');
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('allows every value that a schema of draft 7 allows', () => {
    let valid = 0;
    fc.assert(
      fc.property(
        draft7Schemas({ rootCombinators: false }),
        fc.array(instances(), { minLength: 5, maxLength: 5 }),
        (schema, values) => {
          const before = compiled(new Ajv({ strict: false, logger: false }), schema);
          const { parameters, rename } = repair(schema);
          const after = compiled(new Ajv2020({ strict: false, logger: false }), parameters);
          if (before === undefined || after === undefined) return;
          for (const value of values) {
            if (accepts(before, value) !== true) continue;
            const isAccepted = accepts(after, rename(value));
            if (isAccepted === undefined) continue;
            valid++;
            assert.ok(isAccepted, JSON.stringify([value, parameters, after.errors]));
          }
        },
      ),
      { numRuns: SOAK ? 2000 : 100 },
    );
    assert.ok(valid > 10, `only ${valid} values were valid before`);
  });

  it('renames arguments back to what the client calls them', () => {
    fc.assert(
      fc.property(sloppySchemas(), instances(), (schema, values) => {
        const repaired = repairIfObject(schema);
        if (repaired === undefined) return;
        const { rename } = repaired;
        assert.deepEqual(rename(rename(values)), values);
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
