import assert from 'node:assert/strict';
import { lazyBackend } from '../../../../src/vscode/lifecycle/lazyBackend.js';
import { fakeCliBackend, REQUEST } from '../fakeCliBackend.js';

describe('lazyBackend', () => {
  it('loads the backend once, on first use', async () => {
    let loads = 0;
    const backend = lazyBackend(() => {
      loads += 1;
      return Promise.resolve(fakeCliBackend());
    });
    assert.equal(loads, 0);
    await Promise.all([backend.describe(), backend.models()]);
    assert.equal(loads, 1);
  });

  it('forwards the events of a chat', async () => {
    const fake = fakeCliBackend();
    fake.release();
    const types: string[] = [];
    for await (const event of lazyBackend(() => Promise.resolve(fake)).chat(REQUEST, AbortSignal.any([]))) {
      types.push(event.type);
    }
    assert.deepEqual(types, ['text', 'done']);
  });

  it('does not load the backend in order to close it', async () => {
    const backend = lazyBackend(() => assert.fail('loaded'));
    await backend.close();
    backend.closeNow();
  });

  it('closes a backend that is still loading', async () => {
    const fake = fakeCliBackend();
    const backend = lazyBackend(() => Promise.resolve(fake));
    const described = backend.describe();
    await backend.close();
    assert.equal(fake.closed, true);
    await described;
  });

  it('rejects with the reason when the backend cannot be loaded', async () => {
    const backend = lazyBackend(() => Promise.reject(new Error('broken file')));
    await assert.rejects(backend.describe(), /broken file/);
  });
});
