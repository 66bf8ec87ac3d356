import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createTextChunker,
  splitText,
  type TextChunk,
  type TextKind,
} from '../../../src/protocol/textChunker.js';

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Text of alternating kinds, cut at random positions, also within characters. */
const textRuns = fc.array(
  fc.tuple(
    fc.constantFrom<TextKind>('text', 'thinking'),
    fc.string({ unit: 'binary', maxLength: 6 }).chain((text) =>
      fc.array(fc.nat(text.length), { maxLength: 4 }).map((at) => {
        const edges = [0, ...at.sort((a, b) => a - b), text.length];
        return edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
      }),
    ),
  ),
  { maxLength: 6 },
);

describe('createTextChunker', () => {
  it('returns the same text in whole characters, however it was cut', () => {
    fc.assert(
      fc.property(textRuns, (runs) => {
        const chunker = createTextChunker();
        const expected: TextChunk[] = [];
        const pieces: TextChunk[] = [];
        const join = (into: TextChunk[], chunk: TextChunk): void => {
          const last = into.at(-1);
          if (last?.type !== chunk.type) into.push(chunk);
          else into[into.length - 1] = { type: last.type, text: last.text + chunk.text };
        };
        for (const [type, cuts] of runs) {
          for (const text of cuts) {
            if (text !== '') join(expected, { type, text });
            for (const piece of chunker.push(type, text)) {
              assert.ok(piece.text !== '' && !LONE_SURROGATE.test(piece.text));
              pieces.push(piece);
            }
          }
        }
        assert.deepEqual(chunker.flush(), []);
        const actual: TextChunk[] = [];
        for (const piece of pieces) join(actual, piece);
        assert.deepEqual(actual, expected);
      }),
    );
  });

  it('returns a lone surrogate when its other half does not follow', () => {
    const chunker = createTextChunker();
    assert.deepEqual(chunker.push('text', 'a\ud83d'), [{ type: 'text', text: 'a' }]);
    assert.deepEqual(chunker.push('thinking', 'b'), [
      { type: 'text', text: '\ud83d' },
      { type: 'thinking', text: 'b' },
    ]);
    assert.deepEqual(chunker.push('thinking', '\ud83d'), []);
    assert.deepEqual(chunker.flush(), [{ type: 'thinking', text: '\ud83d' }]);
    assert.deepEqual(chunker.flush(), []);
  });

  it('splits long text', () => {
    const pieces = createTextChunker().push('text', 'x'.repeat(2_500_000));
    assert.deepEqual(
      pieces.map(({ text }) => text.length),
      [1_000_000, 1_000_000, 500_000],
    );
  });
});

describe('splitText', () => {
  it('returns short pieces of whole characters that join to the text', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '🦙', 'é', '\ud83e', '\udd99') });
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 9 }), (text, limit) => {
        const pieces = splitText(text, limit);
        assert.equal(pieces.join(''), text);
        for (const piece of pieces) assert.ok(piece.length <= limit);
        assert.equal(pieces.flatMap((piece) => Array.from(piece)).length, Array.from(text).length);
      }),
      { numRuns: 500 },
    );
  });
});
