import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePortAfter } from '../../../../src/vscode/platform/freePort.js';
import { freePort } from '../../../support/ports.mjs';

describe('freePortAfter', () => {
  it('skips a port on which a program listens', async () => {
    const taken = await freePort();
    const server = createServer().listen(taken, '127.0.0.1');
    await once(server, 'listening');
    try {
      assert.ok((await freePortAfter(taken - 1)) > taken);
    } finally {
      server.close();
    }
  });

  it('stays within the range of ports', async () => {
    assert.equal(await freePortAfter(65_535), 65_535);
  });
});
