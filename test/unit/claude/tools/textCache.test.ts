import assert from 'node:assert/strict';
import { createTextCache } from '../../../../src/claude/tools/textCache.js';

describe('createTextCache', () => {
  function counting(maxLength: number): { get: (input: string) => string; computed: string[] } {
    const computed: string[] = [];
    const get = createTextCache(maxLength, (input: string) => {
      computed.push(input);
      return input.toUpperCase();
    });
    return { get, computed };
  }

  it('computes the result of equal inputs once', () => {
    const { get, computed } = counting(100);
    assert.deepEqual([get('a'), get('b'), get('a')], ['A', 'B', 'A']);
    assert.deepEqual(computed, ['a', 'b']);
  });

  it('forgets the inputs that were used longest ago', () => {
    const { get, computed } = counting(6);
    for (const input of ['a', 'b', 'a', 'c', 'a', 'b']) get(input);
    assert.deepEqual(computed, ['a', 'b', 'c', 'b']);
  });

  it('does not remember errors', () => {
    let calls = 0;
    const get = createTextCache(100, () => {
      calls++;
      throw new Error('no');
    });
    for (let i = 0; i < 2; i++) assert.throws(() => get('a'));
    assert.equal(calls, 2);
  });
});
