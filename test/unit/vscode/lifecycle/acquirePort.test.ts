import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ListenError, requestWindow, type ListenAddress } from '../../../../src/server/server.js';
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
  /** No other window proves itself. */
  const windows = { fetchReport: () => Promise.resolve(undefined) };
  const options = { windows, retryForMs: 0, signal: new AbortController().signal };

  it('succeeds when the program that has the port exits while it is probed', async () => {
    const exiting = createServer((socket) => {
      socket.destroy();
      exiting.close();
    });
    exiting.listen(0, '127.0.0.1');
    await once(exiting, 'listening');
    const { port } = exiting.address() as AddressInfo;
    const endpoint = endpointWith(() => exiting.listening);
    const acquisition = await acquirePort(endpoint, { host: '127.0.0.1', port }, options);
    assert.deepEqual(acquisition, { kind: 'listening', url: `http://127.0.0.1:${port}` });
  });

  it('fails when the program that has the port does not answer', async () => {
    const endpoint = endpointWith(() => true);
    const acquisition = await acquirePort(endpoint, { host: '127.0.0.1', port: await freePort() }, options);
    assert.ok(acquisition.kind === 'failed' && acquisition.taken);
    assert.match(acquisition.message, /a program that does not answer/);
  });

  it('fails when a program only claims to be this extension, because it could want the token', async () => {
    const program = createHttpServer((_request, response) => {
      response.setHeader('Server', 'claude-ollama-server/9.9.9').end('{"folder":"/a","requests":0}');
    });
    program.listen(0, '127.0.0.1');
    await once(program, 'listening');
    const { port } = program.address() as AddressInfo;
    const fetchReport = ({ host }: { readonly host: string }) =>
      requestWindow({ host, port, key: 'a key', method: 'GET' });
    const config = { host: '127.0.0.1', port };
    const acquisition = await acquirePort(
      endpointWith(() => true),
      config,
      { ...options, windows: { fetchReport } },
    );
    program.close();
    assert.ok(acquisition.kind === 'failed' && acquisition.taken);
    assert.match(acquisition.message, /in use by another Ollama Server for Claude/);
  });

  it('does not listen once it is aborted', async () => {
    const endpoint = endpointWith(() => assert.fail('tried to listen'));
    const config = { host: '127.0.0.1', port: 1 };
    assert.deepEqual(
      await acquirePort(endpoint, config, { ...options, retryForMs: 1_000, signal: AbortSignal.abort() }),
      { kind: 'aborted' },
    );
  });
});
