import assert from 'node:assert/strict';
import { UsageCounter } from '../../../../src/claude/turn/usage.js';

describe('UsageCounter', () => {
  for (const [what, atEnd] of [
    ['are left out', {}],
    ['are null', { input_tokens: null, cache_read_input_tokens: null }],
    ['are 0', { input_tokens: 0, cache_read_input_tokens: 0 }],
  ] as const) {
    it(`keeps the counts of the prompt when those at the end of the message ${what}`, () => {
      const counter = new UsageCounter();
      counter.startMessage({ input_tokens: 20, cache_read_input_tokens: 5, output_tokens: 1 });
      const usage = counter.completeMessage({ ...atEnd, output_tokens: 7 });
      assert.deepEqual(usage, { promptTokens: 25, cachedTokens: 5, outputTokens: 7 });
    });
  }

  it('takes corrected counts at the end of the message', () => {
    const counter = new UsageCounter();
    counter.startMessage({ input_tokens: 20, output_tokens: 1 });
    const usage = counter.completeMessage({ input_tokens: 30, output_tokens: 7 });
    assert.deepEqual(usage, { promptTokens: 30, cachedTokens: 0, outputTokens: 7 });
  });

  it('leaves out a message that was cut', () => {
    const counter = new UsageCounter();
    counter.startMessage({ input_tokens: 20, output_tokens: 1 });
    counter.startMessage({ input_tokens: 20, output_tokens: 1 });
    const usage = counter.completeMessage({ output_tokens: 7 });
    assert.deepEqual(usage, { promptTokens: 20, cachedTokens: 0, outputTokens: 7 });
  });
});
