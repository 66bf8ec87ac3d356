import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { throttled } from '../../../../src/vscode/platform/throttle.js';

describe('throttled', () => {
  it('runs immediately, and once more for all calls within the interval', async () => {
    const runs = new EventEmitter();
    let count = 0;
    const call = throttled(20, () => {
      count += 1;
      runs.emit('run');
    });
    call();
    assert.equal(count, 1);
    call();
    call();
    assert.equal(count, 1);
    const keepAlive = setInterval(() => undefined, 1_000);
    await once(runs, 'run');
    clearInterval(keepAlive);
    assert.equal(count, 2);
    call.cancel();
  });

  it('drops the pending run when it is cancelled', async () => {
    let count = 0;
    const call = throttled(1, () => (count += 1));
    call();
    call();
    call.cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(count, 1);
  });
});
