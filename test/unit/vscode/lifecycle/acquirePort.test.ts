import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ListenError, type ListenAddress } from '../../../../src/server/server.js';
import { acquirePort } from '../../../../src/vscode/lifecycle/acquirePort.js';
import { freePort } from '../../../support/ports.mjs';

/** An endpoint that cannot listen while the port is in use. */
const endpointWith = (isInUse: () => boolean) => ({
  start: (host: string, port: number): Promise<ListenAddress> =>
    isInUse()
      ? Promise.reject(new ListenError('inUse', 'in use', undefined))
      : Promise.resolve({ host, port, url: `http://${host}:${port}` }),
});

describe('acquirePort', () => {
  const never = new AbortController().signal;

  it('succeeds when the program that has the port exits while it is probed', async () => {
    const exiting = createServer((socket) => {
      socket.destroy();
      exiting.close();
    });
    exiting.listen(0, '127.0.0.1');
    await once(exiting, 'listening');
    const { port } = exiting.address() as AddressInfo;
    const endpoint = endpointWith(() => exiting.listening);
    const acquisition = await acquirePort(endpoint, { host: '127.0.0.1', port }, 0, never);
    assert.deepEqual(acquisition, { kind: 'listening', url: `http://127.0.0.1:${port}` });
  });

  it('fails when the program that has the port does not answer', async () => {
    const endpoint = endpointWith(() => true);
    const acquisition = await acquirePort(endpoint, { host: '127.0.0.1', port: await freePort() }, 0, never);
    assert.ok(acquisition.kind === 'failed' && acquisition.taken);
    assert.match(acquisition.message, /a program that does not answer/);
  });

  it('does not listen once it is aborted', async () => {
    const endpoint = endpointWith(() => assert.fail('tried to listen'));
    const config = { host: '127.0.0.1', port: 1 };
    assert.deepEqual(await acquirePort(endpoint, config, 1_000, AbortSignal.abort()), { kind: 'aborted' });
  });
});
