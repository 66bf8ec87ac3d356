import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter } from '../../../src/core/lineSplitter.js';

/** Text with many line feeds, surrogate pairs and lone surrogates. */
const texts = fc.string({
  unit: fc.oneof(fc.constantFrom('\n', '\r', ' ', '🦙', '\ud83e', 'é'), fc.string({ unit: 'binary' })),
  maxLength: 200,
});

/** A text, and the same text cut into chunks at random positions. */
const chunkedTexts = fc.tuple(texts, fc.array(fc.nat(250), { maxLength: 20 })).map(([text, at]) => {
  const ends = [...at.map((end) => Math.min(end, text.length)), text.length].sort((a, b) => a - b);
  return { text, chunks: ends.map((end, index) => text.slice(index === 0 ? 0 : ends[index - 1], end)) };
});

describe('LineSplitter', () => {
  it('returns the same lines however the text is cut into chunks', () => {
    fc.assert(
      fc.property(chunkedTexts, ({ text, chunks }) => {
        const splitter = new LineSplitter(1_000);
        const lines = chunks.flatMap((chunk) => splitter.push(chunk));
        const whole = text.split('\n');
        assert.deepEqual([...lines, splitter.rest() ?? ''], whole);
      }),
      { numRuns: process.env['SOAK'] === '1' ? 10_000 : 500 },
    );
  });

  it('keeps empty lines and carriage returns', () => {
    const splitter = new LineSplitter(10);
    assert.deepEqual(splitter.push('\n\na\r\n'), ['', '', 'a\r']);
    assert.equal(splitter.rest(), undefined);
  });

  it('returns the text after the last line feed once', () => {
    const splitter = new LineSplitter(10);
    assert.deepEqual(splitter.push('a\nb'), ['a']);
    assert.equal(splitter.rest(), 'b');
    assert.equal(splitter.rest(), undefined);
  });

  it('accepts a line of exactly the maximum length and refuses a longer one, in one chunk or many', () => {
    assert.deepEqual(new LineSplitter(3).push('abc\n'), ['abc']);
    assert.throws(() => new LineSplitter(3).push('abcd\n'), RangeError);
    assert.throws(() => new LineSplitter(3).push('abcd'), RangeError);
    const splitter = new LineSplitter(3);
    splitter.push('ab');
    splitter.push('c');
    assert.throws(() => splitter.push('d'), RangeError);
  });

  it('measures each line separately', () => {
    const splitter = new LineSplitter(3);
    assert.deepEqual(splitter.push('abc\nabc\nab'), ['abc', 'abc']);
    assert.deepEqual(splitter.push('c\n'), ['abc']);
  });

  it('joins a line of many chunks', () => {
    const splitter = new LineSplitter(2 ** 22);
    for (let at = 0; at < 2 ** 22; at += 8) assert.deepEqual(splitter.push('12345678'), []);
    assert.deepEqual(splitter.push('\n'), ['12345678'.repeat(2 ** 19)]);
  });
});
