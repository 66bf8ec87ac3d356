import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatError } from '../../../../src/core/errors.js';
import { parseBody } from '../../../../src/protocol/json/fields.js';
import {
  checkJsonLimits,
  MAX_ESCAPES,
  MAX_DEPTH,
  MAX_FIELD_NAMES,
  MAX_WEIGHT,
} from '../../../../src/protocol/json/jsonLimits.js';

const assertRefused = (text: string, reason: RegExp): void => {
  assert.throws(
    () => checkJsonLimits(text),
    (error: unknown) =>
      error instanceof ChatError && error.kind === 'badRequest' && reason.test(error.message),
  );
};
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);
const objectWithNames = (count: number, prefix = ''): string =>
  `{${Array.from({ length: count }, (_, index) => `"${prefix}${index}":1`).join(',')}}`;

describe('checkJsonLimits', () => {
  it('accepts lists and objects up to the maximum depth and refuses deeper ones', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      checkJsonLimits(nested(open, close, MAX_DEPTH));
      for (const depth of [MAX_DEPTH + 1, 1_000_000]) assertRefused(nested(open, close, depth), /128 levels/);
    }
    checkJsonLimits(`[${'[],'.repeat(MAX_DEPTH * 2)}[]]`);
  });

  it('refuses too many values', () => {
    assertRefused(`[${'{},'.repeat(MAX_WEIGHT / 2)}`, /too many values/);
    assertRefused(`[${'1,'.repeat(MAX_WEIGHT)}1]`, /too many values/);
    assertRefused(`[${'"",'.repeat(MAX_WEIGHT)}1]`, /too many values/);
    assertRefused(`[${'12345678901234567891 ,'.repeat(MAX_WEIGHT / 9)}1]`, /too many values/);
  });

  it('accepts the longest sessions of agents', () => {
    const message = { role: 'assistant', content: [{ type: 'text', text: 'x' }] };
    checkJsonLimits(JSON.stringify({ model: 'x', messages: Array.from({ length: 10_000 }, () => message) }));
    const parameters = {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`p${index}`, { type: 'string', description: 'x' }]),
      ),
    };
    const tool = { type: 'function', function: { name: 'x', description: 'x', parameters } };
    checkJsonLimits(JSON.stringify({ tools: Array.from({ length: 512 }, () => tool) }));
    checkJsonLimits(JSON.stringify({ context: Array(400_000).fill(1_234_567) }));
  });

  it('refuses too many different field names, in one object or many', () => {
    checkJsonLimits(objectWithNames(MAX_FIELD_NAMES - 1));
    assertRefused(objectWithNames(MAX_FIELD_NAMES * 1.2), /different field names/);
    assertRefused(
      `[${Array.from({ length: MAX_FIELD_NAMES * 1.2 }, (_, index) => `{"${index}":1}`).join(',')}]`,
      /different field names/,
    );
    assertRefused(objectWithNames(MAX_FIELD_NAMES + 1, 'x'.repeat(100)), /different field names/);
    checkJsonLimits(`[${'{"a":1},'.repeat(MAX_FIELD_NAMES * 2)}1]`);
  });

  it('refuses a field name that is longer than 8,000 characters', () => {
    checkJsonLimits(`{"${'a'.repeat(8_000)}":1}`);
    assertRefused(`{"${'a'.repeat(8_001)}":1}`, /field name has more than 8000 characters/);
  });

  it('refuses too many escapes', () => {
    checkJsonLimits(`["${'\\n'.repeat(MAX_ESCAPES)}"]`);
    assertRefused(`["${'\\"'.repeat(MAX_ESCAPES)}","\\\\"]`, /escapes/);
  });

  it('ignores the content of strings', () => {
    const inside = JSON.stringify(nested('{"a":[', ']}', 5_000) + '\\"'.repeat(50));
    assert.equal(checkJsonLimits(`[${inside},${inside}]`), checkJsonLimits('["",""]'));
  });

  it('accepts any short text, valid JSON or not', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('{}[]:,"\\ a1')) })),
        (text) => {
          checkJsonLimits(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('returns the weight of all values', () => {
    const isLongNumber = (value: unknown): boolean =>
      typeof value === 'number' && JSON.stringify(value).length >= 16;
    const separators = (values: readonly unknown[]): number =>
      values.slice(0, -1).reduce((sum: number, one) => sum + (isLongNumber(one) ? 10 : 1), 0);
    const weigh = (value: unknown): number => {
      if (typeof value === 'string') return 4;
      if (typeof value !== 'object' || value === null) return 0;
      const values: readonly unknown[] = Object.values(value);
      const names = Array.isArray(value) ? 0 : 6 * values.length;
      return values.reduce((sum: number, one) => sum + weigh(one), 6 + names + separators(values));
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(checkJsonLimits(JSON.stringify(value)), weigh(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('ignores what follows the first value', () => {
    for (const first of ['{}', '[[1],{"a":[]}]', ' [ "]" ] ']) {
      const more = '['.repeat(MAX_DEPTH + 1);
      assert.equal(checkJsonLimits(first + more), checkJsonLimits(first));
      assert.deepEqual(parseBody(first + more, ''), JSON.parse(first));
    }
  });

  it('finds the structure between long numbers and blanks', () => {
    const blank = ' '.repeat(100);
    assert.equal(checkJsonLimits(`${blank}[${blank}1${blank},${blank}{}${blank}]`), 13);
    assert.equal(checkJsonLimits(`${blank}[${blank}${'1'.repeat(99)}${blank},${blank}{}${blank}]`), 22);
    assertRefused(`[${`${blank}[${blank}`.repeat(MAX_DEPTH)}`, /levels/);
  });

  it('is called before the text is parsed', () => {
    assert.throws(() => parseBody(`${'['.repeat(200_000)}x`, ''), /128 levels/);
  });
});
