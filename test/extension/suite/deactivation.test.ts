import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOpen } from '../../support/ports.mjs';
import { chat, children, extension, ready, untilStatus } from './endpoint.js';

describe('deactivation', () => {
  it('stops all processes and frees the port during a request', async function () {
    if (process.platform === 'win32') this.skip();
    const { port } = await ready();
    const answer = chat(port, 'hang').then(
      (response) => response.text(),
      () => 'connection lost',
    );
    await untilStatus((now) => now.state === 'running' && now.requests === 1);
    while (children().length === 0) await delay(20);

    // The extension host has already loaded this file, so require() returns the same module instance.
    const main = join(extension().extensionPath, 'dist/extension.cjs');
    const module = createRequire(__filename)(main) as { deactivate(): Promise<void> };
    await module.deactivate();

    assert.deepEqual(children(), []);
    assert.equal(await isOpen(port), false);
    await answer;
  });
});
