import assert from 'node:assert/strict';
import { memoize } from '../../../src/core/memoize.js';

describe('memoize', () => {
  it('computes the result once for each object', () => {
    let computed = 0;
    const sizeOf = memoize((value: readonly number[]) => {
      computed++;
      return value.length;
    });
    const list = [1, 2];
    assert.deepEqual([sizeOf(list), sizeOf(list), sizeOf([1, 2])], [2, 2, 2]);
    assert.equal(computed, 2);
  });
});
