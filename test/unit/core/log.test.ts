import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createLogger, type LogLevel, printable } from '../../../src/core/log.js';

describe('createLogger', () => {
  it('passes every line on with its level', () => {
    const written: [LogLevel, string][] = [];
    const log = createLogger((level, line) => written.push([level, line]));
    const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
    for (const level of levels) log[level](`${level} line`);
    assert.deepEqual(
      written,
      levels.map((level) => [level, `${level} line`]),
    );
  });
});

describe('printable', () => {
  it('escapes every character that could move the cursor, break the line or change the direction of text', () => {
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

  it('shows escaped characters by their code', () => {
    assert.equal(printable('a\r\nb\u001b[31m\u202e'), String.raw`a\u000d\u000ab\u001b[31m\u202e`);
  });

  it('leaves other text unchanged', () => {
    assert.equal(printable('naïve 🦙 "x" \\n'), 'naïve 🦙 "x" \\n');
  });

  it('bounds the length and marks the cut', () => {
    assert.equal(printable('abcdef', 3), 'abc…');
    assert.equal(printable('abc', 3), 'abc');
    assert.equal(printable('x'.repeat(1_000)).length, 301);
  });
});
