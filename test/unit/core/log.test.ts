import assert from 'node:assert/strict';
import fc from 'fast-check';
import { printable } from '../../../src/core/log.js';

describe('printable', () => {
  it('lets nothing through that could move a cursor, break a line or turn a text round', () => {
    const units = fc.oneof(
      fc.integer({ min: 0, max: 0x24f }),
      fc.integer({ min: 0x2020, max: 0x2070 }),
      fc.integer({ min: 0, max: 0xffff }),
    );
    fc.assert(
      fc.property(fc.array(units, { maxLength: 400 }), (codes) => {
        const shown = printable(String.fromCharCode(...codes));
        assert.doesNotMatch(shown, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 300 },
    );
  });

  it('shows what it escapes', () => {
    assert.equal(printable('a\r\nb\u001b[31m\u202e'), String.raw`a\u000d\u000ab\u001b[31m\u202e`);
  });

  it('leaves harmless text as it is', () => {
    assert.equal(printable('naïve 🦙 "x" \\n'), 'naïve 🦙 "x" \\n');
  });

  it('keeps at most so many characters, and says that it cut', () => {
    assert.equal(printable('abcdef', 3), 'abc…');
    assert.equal(printable('abc', 3), 'abc');
    assert.equal(printable('x'.repeat(1_000)).length, 301);
  });
});
