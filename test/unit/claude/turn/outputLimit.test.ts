import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OutputLimit } from '../../../../src/claude/turn/outputLimit.js';

function run(limit: OutputLimit, pieces: readonly string[]): { text: string; cut: string | undefined } {
  let text = '';
  for (const piece of pieces) {
    const step = limit.feed(piece);
    text += step.text;
    if (step.cut !== undefined) return { text, cut: step.cut };
  }
  const last = limit.flush();
  return { text: text + last.text, cut: last.cut };
}

describe('the limit of an answer', function () {
  this.timeout(60_000);

  it('ends before a stop sequence, also across deltas', () => {
    assert.deepEqual(run(new OutputLimit(['</END>'], undefined), ['a<', '/EN', 'D>b']), {
      text: 'a',
      cut: 'stop',
    });
  });

  it('ends before the first of several', () => {
    assert.deepEqual(run(new OutputLimit(['d', 'bc'], undefined), ['ab', 'cd']), { text: 'a', cut: 'stop' });
  });

  it('shows what only began like a stop sequence', () => {
    assert.deepEqual(run(new OutputLimit(['abc'], undefined), ['xab', 'ab']), {
      text: 'xabab',
      cut: undefined,
    });
  });

  it('does not care for empty stop sequences', () => {
    assert.deepEqual(run(new OutputLimit([''], undefined), ['a']), { text: 'a', cut: undefined });
  });

  it('gives the same text however the deltas are cut', () => {
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
            cut: found.length > 0 ? 'stop' : undefined,
          });
        },
      ),
      { numRuns: process.env['SOAK'] === '1' ? 10_000 : 1000 },
    );
  });

  it('ends after about so many tokens, never within a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (text, most) => {
          const limit = new OutputLimit([], most);
          const { text: shown, cut } = run(limit, [text]);
          assert.ok(text.startsWith(shown));
          assert.doesNotMatch(shown, /[\ud800-\udbff]$/);
          assert.equal(cut, shown === text ? undefined : 'length');
        },
      ),
    );
    assert.deepEqual(run(new OutputLimit([], 2), ['eight ch', 'ars']), { text: 'eight ch', cut: 'length' });
  });
});
