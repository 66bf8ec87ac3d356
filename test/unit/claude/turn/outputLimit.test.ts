import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OutputLimit } from '../../../../src/claude/turn/outputLimit.js';

/** Feeds the pieces until a limit is reached. */
function run(limit: OutputLimit, pieces: readonly string[]): { text: string; reason: string | undefined } {
  let text = '';
  for (const piece of pieces) {
    const limited = limit.feed(piece);
    text += limited.text;
    if (limited.reason !== undefined) return { text, reason: limited.reason };
  }
  const last = limit.flush();
  return { text: text + last.text, reason: last.reason };
}

describe('OutputLimit', function () {
  this.timeout(60_000);

  it('ends the text before a stop sequence, even one that is split across deltas', () => {
    assert.deepEqual(run(new OutputLimit(['</END>'], undefined), ['a<', '/EN', 'D>b']), {
      text: 'a',
      reason: 'stop',
    });
  });

  it('ends the text before the first of several stop sequences', () => {
    assert.deepEqual(run(new OutputLimit(['d', 'bc'], undefined), ['ab', 'cd']), {
      text: 'a',
      reason: 'stop',
    });
  });

  it('ends the text before a longer stop sequence that begins first, however it is split', () => {
    for (const pieces of [['xab', 'cd'], ['xabcd'], ['x', 'a', 'b', 'c', 'd']]) {
      assert.deepEqual(run(new OutputLimit(['abcd', 'b'], undefined), pieces), { text: 'x', reason: 'stop' });
    }
    const other = run(new OutputLimit(['abcd', 'b'], undefined), ['xab', 'y']);
    assert.deepEqual(other, { text: 'xa', reason: 'stop' });
    assert.deepEqual(run(new OutputLimit(['abcd', 'b'], undefined), ['xab']), { text: 'xa', reason: 'stop' });
  });

  it('passes on text that only began like a stop sequence', () => {
    assert.deepEqual(run(new OutputLimit(['abc'], undefined), ['xab', 'ab']), {
      text: 'xabab',
      reason: undefined,
    });
  });

  it('ignores empty stop sequences', () => {
    assert.deepEqual(run(new OutputLimit([''], undefined), ['a']), { text: 'a', reason: undefined });
  });

  it('produces the same text however it is split into deltas', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n', 'ü', '👍'), maxLength: 30 });
    fc.assert(
      fc.property(
        letters,
        fc.array(letters, { maxLength: 3 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        (text, stops, at) => {
          const edges = [0, ...at.map((n) => n % (text.length + 1)).sort((a, b) => a - b), text.length];
          const pieces = edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
          const found = stops
            .filter((stop) => stop !== '')
            .map((stop) => text.indexOf(stop))
            .filter((i) => i >= 0);
          const expected = found.length > 0 ? text.slice(0, Math.min(...found)) : text;
          assert.deepEqual(run(new OutputLimit(stops, undefined), pieces), {
            text: expected,
            reason: found.length > 0 ? 'stop' : undefined,
          });
        },
      ),
      { numRuns: process.env['SOAK'] === '1' ? 10_000 : 1000 },
    );
  });

  it('ends the text at the estimated token limit, never inside a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (text, maxTokens) => {
          const limit = new OutputLimit([], maxTokens);
          const { text: shown, reason } = run(limit, [text]);
          assert.ok(text.startsWith(shown));
          assert.doesNotMatch(shown, /[\ud800-\udbff]$/);
          assert.equal(reason, shown === text ? undefined : 'length');
        },
      ),
    );
    assert.deepEqual(run(new OutputLimit([], 2), ['eight ch', 'ars']), {
      text: 'eight ch',
      reason: 'length',
    });
  });
});
