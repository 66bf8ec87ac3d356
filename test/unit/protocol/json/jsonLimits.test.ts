import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatError } from '../../../../src/core/errors.js';
import { parseBody } from '../../../../src/protocol/json/fields.js';
import {
  checkJsonLimits,
  MOST_ESCAPES,
  MOST_LEVELS,
  MOST_NAMES,
  MOST_WEIGHT,
} from '../../../../src/protocol/json/jsonLimits.js';

const refused = (text: string, why: RegExp): void => {
  assert.throws(
    () => checkJsonLimits(text),
    (error: unknown) => error instanceof ChatError && error.kind === 'badRequest' && why.test(error.message),
  );
};
const nested = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);
const names = (count: number, letters = ''): string =>
  `{${Array.from({ length: count }, (_, index) => `"${letters}${index}":1`).join(',')}}`;

describe('the shape of a JSON text', () => {
  it('may nest so deep and no deeper, in lists and objects', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      checkJsonLimits(nested(open, close, MOST_LEVELS));
      for (const levels of [MOST_LEVELS + 1, 1_000_000]) refused(nested(open, close, levels), /128 levels/);
    }
    checkJsonLimits(`[${'[],'.repeat(MOST_LEVELS * 2)}[]]`);
  });

  it('may have so many values', () => {
    refused(`[${'{},'.repeat(MOST_WEIGHT / 2)}`, /too many values/);
    refused(`[${'1,'.repeat(MOST_WEIGHT)}1]`, /too many values/);
    refused(`[${'"",'.repeat(MOST_WEIGHT)}1]`, /too many values/);
  });

  it('has room for the longest sessions of agents', () => {
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

  it('may have so many different names, in one object or many', () => {
    checkJsonLimits(names(MOST_NAMES - 1));
    refused(names(MOST_NAMES * 1.2), /different names/);
    refused(
      `[${Array.from({ length: MOST_NAMES * 1.2 }, (_, index) => `{"${index}":1}`).join(',')}]`,
      /different names/,
    );
    refused(names(MOST_NAMES + 1, 'x'.repeat(100)), /different names/);
    checkJsonLimits(`[${'{"a":1},'.repeat(MOST_NAMES * 2)}1]`);
  });

  it('may have so many escapes', () => {
    checkJsonLimits(`["${'\\n'.repeat(MOST_ESCAPES)}"]`);
    refused(`["${'\\"'.repeat(MOST_ESCAPES)}","\\\\"]`, /escapes/);
  });

  it('is that of its values, not of what stands in its strings', () => {
    const inside = JSON.stringify(nested('{"a":[', ']}', 5_000) + '\\"'.repeat(50));
    assert.equal(checkJsonLimits(`[${inside},${inside}]`), checkJsonLimits('["",""]'));
  });

  it('is refused for what it is, not for what any text might be', () => {
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

  it('weighs each value once, whatever its strings hold', () => {
    const weigh = (value: unknown): number => {
      if (typeof value === 'string') return 4;
      if (Array.isArray(value)) {
        return 6 + Math.max(0, value.length - 1) + value.reduce((sum: number, one) => sum + weigh(one), 0);
      }
      if (typeof value !== 'object' || value === null) return 0;
      const fields = Object.values(value);
      return fields.reduce((sum: number, one) => sum + 6 + weigh(one), 6 + Math.max(0, fields.length - 1));
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(checkJsonLimits(JSON.stringify(value)), weigh(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends with its first value: what follows is not looked at', () => {
    for (const first of ['{}', '[[1],{"a":[]}]', ' [ "]" ] ']) {
      const more = '['.repeat(MOST_LEVELS + 1);
      assert.equal(checkJsonLimits(first + more), checkJsonLimits(first));
      assert.deepEqual(parseBody(first + more, ''), JSON.parse(first));
    }
  });

  it('counts what stands between long numbers and blanks', () => {
    const blank = ' '.repeat(100);
    assert.equal(checkJsonLimits(`${blank}[${blank}${'1'.repeat(99)}${blank},${blank}{}${blank}]`), 13);
    refused(`[${`${blank}[${blank}`.repeat(MOST_LEVELS)}`, /levels/);
  });

  it('is looked at before anything is parsed', () => {
    assert.throws(() => parseBody(`${'['.repeat(200_000)}x`, ''), /128 levels/);
  });
});
