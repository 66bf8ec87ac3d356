import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatError } from '../../../../src/core/errors.js';
import { parseBody } from '../../../../src/protocol/json/fields.js';
import { scanValue } from '../../../../src/protocol/json/jsonSyntax.js';

function errorOf(text: string): string {
  try {
    parseBody(text, 'missing request body');
  } catch (error) {
    assert.ok(error instanceof ChatError && error.kind === 'badRequest');
    return error.message;
  }
  return 'none';
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('parseBody', () => {
  const ERRORS: readonly (readonly [string, string])[] = [
    ['', 'missing request body'],
    [' \r\n\t', 'missing request body'],
    ['{', 'unexpected EOF'],
    ['{"a', 'unexpected EOF'],
    ['{"a"', 'unexpected EOF'],
    ['{"a":', 'unexpected EOF'],
    ['{"a":1', 'unexpected EOF'],
    ['{"a":1,', 'unexpected EOF'],
    ['[1', 'unexpected EOF'],
    ['tru', 'unexpected EOF'],
    ['-', 'unexpected EOF'],
    ['1.', 'unexpected EOF'],
    ['1e', 'unexpected EOF'],
    [String.raw`"\u12`, 'unexpected EOF'],
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['<html>', "invalid character '<' looking for beginning of value"],
    ['\u00a0{}', "invalid character 'Â' looking for beginning of value"],
    ['\u0000', String.raw`invalid character '\x00' looking for beginning of value`],
    ["'a'", String.raw`invalid character '\'' looking for beginning of value`],
    ['[,]', "invalid character ',' looking for beginning of value"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['"a\nb"', String.raw`invalid character '\n' in string literal`],
    [String.raw`"\x"`, "invalid character 'x' in string escape code"],
    [String.raw`"\u12g4"`, String.raw`invalid character 'g' in \u hexadecimal character escape`],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.a', "invalid character 'a' after decimal point in numeric literal"],
    ['1ea', "invalid character 'a' in exponent of numeric literal"],
    ['trie', "invalid character 'i' in literal true (expecting 'u')"],
    ['nulL', "invalid character 'L' in literal null (expecting 'l')"],
    ['[01]', "invalid character '1' after array element"],
  ];
  for (const [text, message] of ERRORS) {
    it(`refuses ${JSON.stringify(text)} with: ${message}`, () => assert.equal(errorOf(text), message));
  }

  it('ignores what follows the first value', () => {
    assert.deepEqual(parseBody('{"a":[1,{}]} xyz', ''), { a: [1, {}] });
    assert.deepEqual(parseBody('{}{}', ''), {});
    assert.equal(parseBody('5x', ''), 5);
    assert.equal(parseBody(' "a" "b"', ''), 'a');
    assert.equal(parseBody('null,', ''), null);
  });

  it('finds the first value whatever follows it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(' ', '\n'), fc.string(), (value, space, rest) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseBody(`${text}${space}}${rest}`, ''), JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses an incomplete value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const text = JSON.stringify([value]);
        const incomplete = text.slice(0, 1 + (at % (text.length - 1)));
        assert.equal(errorOf(incomplete), 'unexpected EOF');
      }),
      { numRuns: 500 },
    );
  });
});

describe('scanValue', () => {
  it('accepts exactly what JSON.parse accepts', () => {
    const unit = fc.constantFrom(...Array.from('{}[]:,"\\/utrfalsn0123456789.eE+- \n\t\u0001é🦙'));
    const damaged = fc.tuple(fc.jsonValue(), fc.nat(), unit).map(([value, at, char]) => {
      const text = JSON.stringify(value);
      const index = at % (text.length + 1);
      return text.slice(0, index) + char + text.slice(index + (at % 2));
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string({ unit, maxLength: 12 })), (text) => {
        const scan = scanValue(text);
        if ('end' in scan) assert.ok(parses(text.slice(0, scan.end)), text);
        else assert.ok(!parses(text), `${text}: ${scan.error}`);
      }),
      { numRuns: 3_000 },
    );
  });

  it('handles deep nesting', () => {
    const deep = '['.repeat(100_000);
    assert.deepEqual(scanValue(deep), { error: 'unexpected EOF' });
    assert.deepEqual(scanValue(`${deep}${']'.repeat(100_000)} x`), { end: 200_000 });
  });
});
