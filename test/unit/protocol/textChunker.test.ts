import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createTextChunker,
  type TextChunkerOutput,
  type TextChunk,
} from '../../../src/protocol/textChunker.js';
import { sseFrame } from '../../../src/protocol/sse.js';

const LONE_HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Text cut anywhere, also inside characters, said by turns of two voices. */
const said = fc.array(
  fc.tuple(
    fc.constantFrom<TextChunkerOutput>('text', 'thinking'),
    fc.string({ unit: 'binary', maxLength: 6 }).chain((text) =>
      fc.array(fc.nat(text.length), { maxLength: 4 }).map((at) => {
        const edges = [0, ...at.sort((a, b) => a - b), text.length];
        return edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
      }),
    ),
  ),
  { maxLength: 6 },
);

describe('the words of an answer', () => {
  it('come out as they went in, whole characters only, whatever the cuts', () => {
    fc.assert(
      fc.property(said, (turns) => {
        const speech = createTextChunker();
        const wanted: TextChunk[] = [];
        const pieces: TextChunk[] = [];
        const join = (into: TextChunk[], words: TextChunk): void => {
          const last = into.at(-1);
          if (last?.type !== words.type) into.push(words);
          else into[into.length - 1] = { type: last.type, text: last.text + words.text };
        };
        for (const [type, cuts] of turns) {
          for (const text of cuts) {
            if (text !== '') join(wanted, { type, text });
            for (const piece of speech.say(type, text)) {
              assert.ok(piece.text !== '' && !LONE_HALF.test(piece.text));
              pieces.push(piece);
            }
          }
        }
        assert.deepEqual(speech.flush(), []);
        const got: TextChunk[] = [];
        for (const piece of pieces) join(got, piece);
        assert.deepEqual(got, wanted);
      }),
    );
  });

  it('give half a character away when its other half does not come', () => {
    const speech = createTextChunker();
    assert.deepEqual(speech.say('text', 'a\ud83d'), [{ type: 'text', text: 'a' }]);
    assert.deepEqual(speech.say('thinking', 'b'), [
      { type: 'text', text: '\ud83d' },
      { type: 'thinking', text: 'b' },
    ]);
    assert.deepEqual(speech.say('thinking', '\ud83d'), []);
    assert.deepEqual(speech.flush(), [{ type: 'thinking', text: '\ud83d' }]);
    assert.deepEqual(speech.flush(), []);
  });

  it('are cut where they are long', () => {
    const pieces = createTextChunker().say('text', 'x'.repeat(2_500_000));
    assert.deepEqual(
      pieces.map(({ text }) => text.length),
      [1_000_000, 1_000_000, 500_000],
    );
  });
});

describe('a server-sent event', () => {
  it('is one line of data, whatever is in it', () => {
    const lineEnds = '\r\n \u0085 \u2028 \u2029';
    const frame = sseFrame({ text: lineEnds }, 'x');
    assert.match(frame, /^event: x\ndata: [^\r\n\u0085\u2028\u2029]*\n\n$/);
    assert.deepEqual(JSON.parse(frame.slice('event: x\ndata: '.length)), { text: lineEnds });
    assert.equal(sseFrame({ a: 1 }), 'data: {"a":1}\n\n');
  });
});
