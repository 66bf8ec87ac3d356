import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter } from '../../../src/core/lineSplitter.js';

/** Text with many line feeds, pairs and lone halves. */
const texts = fc.string({
  unit: fc.oneof(fc.constantFrom('\n', '\r', ' ', '🦙', '\ud83e', 'é'), fc.string({ unit: 'binary' })),
  maxLength: 200,
});

/** The text, cut anywhere. */
const cutTexts = fc.tuple(texts, fc.array(fc.nat(250), { maxLength: 20 })).map(([text, at]) => {
  const ends = [...at.map((end) => Math.min(end, text.length)), text.length].sort((a, b) => a - b);
  return { text, chunks: ends.map((end, index) => text.slice(index === 0 ? 0 : ends[index - 1], end)) };
});

describe('LineFramer', () => {
  it('gives the same lines however the text is cut', () => {
    fc.assert(
      fc.property(cutTexts, ({ text, chunks }) => {
        const framer = new LineSplitter(1_000);
        const lines = chunks.flatMap((chunk) => framer.push(chunk));
        const whole = text.split('\n');
        assert.deepEqual([...lines, framer.rest() ?? ''], whole);
      }),
      { numRuns: process.env['SOAK'] === '1' ? 10_000 : 500 },
    );
  });

  it('keeps empty lines and carriage returns', () => {
    const framer = new LineSplitter(10);
    assert.deepEqual(framer.push('\n\na\r\n'), ['', '', 'a\r']);
    assert.equal(framer.rest(), undefined);
  });

  it('gives what follows the last line feed once', () => {
    const framer = new LineSplitter(10);
    assert.deepEqual(framer.push('a\nb'), ['a']);
    assert.equal(framer.rest(), 'b');
    assert.equal(framer.rest(), undefined);
  });

  it('takes a line of exactly its limit and no longer one, in one piece or many', () => {
    assert.deepEqual(new LineSplitter(3).push('abc\n'), ['abc']);
    assert.throws(() => new LineSplitter(3).push('abcd\n'), RangeError);
    assert.throws(() => new LineSplitter(3).push('abcd'), RangeError);
    const framer = new LineSplitter(3);
    framer.push('ab');
    framer.push('c');
    assert.throws(() => framer.push('d'), RangeError);
  });

  it('counts each line by itself', () => {
    const framer = new LineSplitter(3);
    assert.deepEqual(framer.push('abc\nabc\nab'), ['abc', 'abc']);
    assert.deepEqual(framer.push('c\n'), ['abc']);
  });

  it('joins a line from many pieces', () => {
    const framer = new LineSplitter(2 ** 22);
    for (let at = 0; at < 2 ** 22; at += 8) assert.deepEqual(framer.push('12345678'), []);
    assert.deepEqual(framer.push('\n'), ['12345678'.repeat(2 ** 19)]);
  });
});
