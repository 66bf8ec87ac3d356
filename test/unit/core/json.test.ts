import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  canonicalJson,
  type Json,
  jsonText,
  parseJson,
  withDigits,
  withNumbers,
} from '../../../src/core/json.js';

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

describe('parseJson and jsonText', function () {
  this.timeout(60_000);
  it('keep every digit of an integer', () => {
    for (const integer of [
      '1234567890123456789',
      '-9007199254740993',
      '18446744073709551615',
      '7',
      '-0',
      '9007199254740992',
    ]) {
      const text = `{"a":[${integer},{"b":${integer}}],"c":"${integer}"}`;
      assert.equal(jsonText(parseJson(text)), text.replaceAll(/-0(?=[,}])/g, '0'));
    }
  });

  it('read and write everything else as JSON.parse and JSON.stringify do', () => {
    const long = fc.constantFrom(
      '12345678901234567',
      '"',
      '\\',
      '{"a":12345678901234567890}',
      '\\"1234567890123456789,',
    );
    const value = fc.tuple(
      fc.jsonValue(),
      fc.array(fc.oneof(long, fc.string())),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(value, (sent) => {
        const text = JSON.stringify(sent);
        assert.deepEqual(parseJson(text), JSON.parse(text));
        assert.equal(jsonText(parseJson(text)), text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep long integers exact beside any other value', () => {
    const integer = fc.bigInt({ min: -(10n ** 39n), max: 10n ** 39n });
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), integer, (other, key, number) => {
        const text = `{"other":${JSON.stringify(other)},"list":[${number}],${JSON.stringify(`key ${key}`)}:${number}}`;
        assert.equal(jsonText(parseJson(text)), text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leave a decimal and an exponent a number', () => {
    for (const number of ['0.1234567890123456789', '1234567890123456789e2', '1234567890123456789.5']) {
      assert.equal(parseJson(number), Number(number));
    }
  });

  it('refuse what is not JSON', () => {
    for (const text of ['', '{"a":1234567890123456789', '[01234567890123456789]', '1234567890123456789 x']) {
      assert.throws(() => parseJson(text), SyntaxError);
    }
  });

  it('take no text of a client for an integer', () => {
    const text = '["integer 00000000-0000-0000-0000-000000000000 12",12345678901234567890]';
    assert.equal(jsonText(parseJson(text)), text);
  });
});

describe('withNumbers and withDigits', () => {
  const value = parseJson('{"a":[1234567890123456789,"x",null],"b":{"c":2}}');
  it('convert long integers at any depth', () => {
    assert.deepEqual(withNumbers(value), { a: [Number('1234567890123456789'), 'x', null], b: { c: 2 } });
    assert.deepEqual(withDigits(value), { a: ['1234567890123456789', 'x', null], b: { c: 2 } });
  });

  it('return the same value if there is nothing to convert', () => {
    const plain = parseJson('{"a":[1]}');
    assert.equal(withNumbers(plain), plain);
  });
});

describe('canonicalJson of long integers', () => {
  it('distinguishes an integer from its neighbor and from its digits as text', () => {
    const texts = ['1234567890123456789', '1234567890123456788', '"1234567890123456789"'];
    assert.equal(new Set(texts.map((text) => canonicalJson(parseJson(`{"a":${text}}`)))).size, 3);
  });
});
