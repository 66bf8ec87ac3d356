import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalJson, type Json } from '../../../src/core/json.js';

describe('canonicalJson', function () {
  this.timeout(60_000);
  it('gives equal strings for equal values only', () => {
    const shuffled = (value: Json): Json => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, shuffled(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        assert.equal(canonicalJson(a as Json), canonicalJson(shuffled(a as Json)));
        let equal = true;
        try {
          assert.deepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
        } catch {
          equal = false;
        }
        assert.equal(canonicalJson(a as Json) === canonicalJson(b as Json), equal);
      }),
    );
  });
});
