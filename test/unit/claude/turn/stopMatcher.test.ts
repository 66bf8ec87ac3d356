import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createStopMatcher, type FoundStop } from '../../../../src/claude/turn/stopMatcher.js';

/** By comparing every stop sequence at every position. */
function lowestPosition(text: string, stops: readonly string[]): number | undefined {
  const positions = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return positions.length === 0 ? undefined : Math.min(...positions);
}

function search(stops: readonly string[], pieces: readonly string[]): FoundStop | undefined {
  const matcher = createStopMatcher(stops);
  for (const piece of pieces) {
    const found = matcher.feed(piece);
    if (found !== undefined) return found;
  }
  return matcher.end();
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 }), {
  maxLength: 5,
});

describe('createStopMatcher', () => {
  it('finds the lowest position, however the text is split', () => {
    fc.assert(
      fc.property(text, stops, fc.nat(40), (whole, sequences, cut) => {
        const found = search(sequences, [whole.slice(0, cut), whole.slice(cut)]);
        assert.equal(found?.at, lowestPosition(whole, sequences));
        if (found === undefined) return;
        assert.ok(sequences.includes(found.stop));
        assert.ok(whole.startsWith(found.stop, found.at));
        assert.deepEqual(search(sequences, Array.from(whole)), found);
      }),
      { numRuns: 2_000 },
    );
  });

  it('returns the sequence that is complete first of several at one position', () => {
    assert.deepEqual(search(['abc', 'ab'], ['xabc']), { at: 1, stop: 'ab' });
  });

  it('keeps back only text that may belong to a stop sequence', () => {
    fc.assert(
      fc.property(text, stops, (whole, sequences) => {
        const matcher = createStopMatcher(sequences);
        if (matcher.feed(whole) !== undefined) return;
        const kept = whole.slice(matcher.undecidedFrom);
        const isBeginning = sequences.some((stop) => stop.startsWith(kept) || kept.startsWith(stop));
        assert.ok(kept === '' || isBeginning || sequences.some((stop) => kept.includes(stop)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('searches another text after the end of one', () => {
    const matcher = createStopMatcher(['ab']);
    assert.equal(matcher.feed('a'), undefined);
    assert.equal(matcher.end(), undefined);
    assert.equal(matcher.feed('b'), undefined);
    assert.deepEqual(matcher.feed('ab'), { at: 1, stop: 'ab' });
  });
});
