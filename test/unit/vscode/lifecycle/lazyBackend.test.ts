import assert from 'node:assert/strict';
import { lazyBackend } from '../../../../src/vscode/lifecycle/lazyBackend.js';
import { fakeCliBackend, REQUEST } from '../fakeCliBackend.js';

describe('a backend that is loaded when it is needed', () => {
  it('is loaded once, by the first who asks', async () => {
    let loads = 0;
    const backend = lazyBackend(() => {
      loads += 1;
      return Promise.resolve(fakeCliBackend());
    });
    assert.equal(loads, 0);
    await Promise.all([backend.describe(), backend.models()]);
    assert.equal(loads, 1);
  });

  it('passes events on', async () => {
    const fake = fakeCliBackend();
    fake.release();
    const types: string[] = [];
    for await (const event of lazyBackend(() => Promise.resolve(fake)).chat(REQUEST, AbortSignal.any([]))) {
      types.push(event.type);
    }
    assert.deepEqual(types, ['text', 'done']);
  });

  it('is not loaded only to be closed', async () => {
    const backend = lazyBackend(() => assert.fail('loaded'));
    await backend.close();
    backend.closeNow();
  });

  it('is closed when it was closed while it loaded', async () => {
    const fake = fakeCliBackend();
    const backend = lazyBackend(() => Promise.resolve(fake));
    const described = backend.describe();
    await backend.close();
    assert.equal(fake.closed, true);
    await described;
  });

  it('says what went wrong when it cannot be loaded', async () => {
    const backend = lazyBackend(() => Promise.reject(new Error('broken file')));
    await assert.rejects(backend.describe(), /broken file/);
  });
});
