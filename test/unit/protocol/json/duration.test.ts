import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatError } from '../../../../src/core/errors.js';
import type { Json } from '../../../../src/core/json.js';
import { FOREVER_MS, parseDuration, readKeepAlive } from '../../../../src/protocol/json/duration.js';
import { badRequestMessage } from '../badRequestMessage.js';

describe('readKeepAlive', () => {
  const ACCEPTED: readonly (readonly [Json, number | undefined])[] = [
    [null, undefined],
    [0, 0],
    ['0', 0],
    ['0s', 0],
    [1.5, 1_500],
    [1_800, 1_800_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['+2s', 2_000],
    ['100ms', 100],
    ['2us', 0.002],
    ['2µs', 0.002],
    [-1, FOREVER_MS],
    ['-1m', FOREVER_MS],
    ['-1', FOREVER_MS],
    ['-1s', FOREVER_MS],
    ['-5.5', FOREVER_MS],
    [1e300, FOREVER_MS],
  ];
  it('refuses thirty megabytes without reading them, with their beginning in the message', () => {
    for (const text of ['1s'.repeat(15_000_000), '1'.repeat(30_000_000)]) {
      const message = badRequestMessage(() => readKeepAlive(text));
      assert.match(message ?? '', /^time: invalid duration "[1s]{200}"$/);
    }
  });
  for (const [value, ms] of ACCEPTED) {
    it(`reads ${JSON.stringify(value)} as ${ms} ms`, () => assert.equal(readKeepAlive(value), ms));
  }

  const REFUSED: readonly (readonly [Json, string])[] = [
    ['24', 'time: missing unit in duration "24"'],
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['forever', 'time: invalid duration "forever"'],
    ['5 m', 'time: unknown unit " m" in duration "5 m"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['9999999h', 'time: invalid duration "9999999h"'],
    [true, "Unsupported type: 'bool'"],
    [[], "Unsupported type: '[]interface {}'"],
    [{}, "Unsupported type: 'map[string]interface {}'"],
  ];
  for (const [value, message] of REFUSED) {
    it(`refuses ${JSON.stringify(value)} with: ${message}`, () =>
      assert.equal(
        badRequestMessage(() => readKeepAlive(value)),
        message,
      ));
  }

  it('returns a valid number or throws a ChatError for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789.-+hmsnuµ ')) }), (text) => {
        try {
          const ms = readKeepAlive(text);
          assert.ok(typeof ms === 'number' && ms >= 0 && ms <= FOREVER_MS);
        } catch (error) {
          assert.ok(error instanceof ChatError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parseDuration', () => {
  it('adds up the parts of a duration', () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(59), fc.nat(59), fc.nat(999), (h, m, s, ms) => {
        const total = ((h * 60 + m) * 60 + s) * 1_000 + ms;
        assert.equal(parseDuration(`${h}h${m}m${s}s${ms}ms`), total);
        assert.equal(Math.abs(parseDuration(`-${h}h${m}m${s}s${ms}ms`)), total);
      }),
    );
  });
});
