import assert from 'node:assert/strict';
import { sseFrame } from '../../../src/protocol/sse.js';

describe('sseFrame', () => {
  it('puts any data on one line', () => {
    const text = '\r\n \u0085 \u2028 \u2029';
    const frame = sseFrame({ text }, 'x');
    assert.match(frame, /^event: x\ndata: [^\r\n\u0085\u2028\u2029]*\n\n$/);
    assert.deepEqual(JSON.parse(frame.slice('event: x\ndata: '.length)), { text });
    assert.equal(sseFrame({ a: 1 }), 'data: {"a":1}\n\n');
  });
});
