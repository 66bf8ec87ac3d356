import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ListenError, type ListenAddress } from '../../../../src/server/server.js';
import { acquirePort } from '../../../../src/vscode/lifecycle/acquirePort.js';
import { freePort } from '../../../support/ports.mjs';

/** An endpoint whose port is in use for as long as that holds. */
const endpointWhile = (inUse: () => boolean) => ({
  start: (host: string, port: number): Promise<ListenAddress> =>
    inUse()
      ? Promise.reject(new ListenError('inUse', 'in use', undefined))
      : Promise.resolve({ host, port, url: `http://${host}:${port}` }),
});

describe('taking a port', () => {
  const never = new AbortController().signal;

  it('succeeds when its owner goes at the moment in which it is asked who it is', async () => {
    const leaving = createServer((socket) => {
      socket.destroy();
      leaving.close();
    });
    leaving.listen(0, '127.0.0.1');
    await once(leaving, 'listening');
    const { port } = leaving.address() as AddressInfo;
    const endpoint = endpointWhile(() => leaving.listening);
    const binding = await acquirePort(endpoint, { host: '127.0.0.1', port }, 0, never);
    assert.deepEqual(binding, { kind: 'listening', url: `http://127.0.0.1:${port}` });
  });

  it('fails when somebody has it who does not answer', async () => {
    const endpoint = endpointWhile(() => true);
    const binding = await acquirePort(endpoint, { host: '127.0.0.1', port: await freePort() }, 0, never);
    assert.ok(binding.kind === 'failed' && binding.taken);
    assert.match(binding.message, /a program that does not answer/);
  });
});
