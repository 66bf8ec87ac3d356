import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestWindow } from '../../src/server/server.js';
import { proofOf, WINDOW_PATH } from '../../src/server/windowLink.js';
import { ask, startRig, stopRigs, type Rig, type RigOptions } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const KEY = 'a key that windows share';
const REPORT = { folder: '/code/shop', requests: 2 };

async function startWindow(options: RigOptions = {}): Promise<{ rig: Rig; releases: () => number }> {
  let count = 0;
  const windows = { key: () => KEY, report: () => REPORT, releasePort: () => void (count += 1) };
  return { rig: await startRig({ windows, ...options }), releases: () => count };
}

const prove = (method: 'GET' | 'POST', port: number, at = Date.now()): Record<string, string> => ({
  'x-window-proof': proofOf(KEY, { method, port }, at),
});

describe('the window link', () => {
  afterEach(stopRigs);

  it('reports the folder and the running chats', async () => {
    const { rig, releases } = await startWindow();
    assert.deepEqual(
      await requestWindow({ host: '127.0.0.1', port: rig.port, key: KEY, method: 'GET' }),
      REPORT,
    );
    assert.equal(releases(), 0);
  });

  it('releases the port after the reply is sent', async () => {
    const { rig, releases } = await startWindow();
    assert.deepEqual(
      await requestWindow({ host: '127.0.0.1', port: rig.port, key: KEY, method: 'POST' }),
      REPORT,
    );
    await until('the window releases the port', () => releases() === 1);
  });

  it('needs no token, because it has its own key', async () => {
    const { rig } = await startWindow({ settings: { token: 'x'.repeat(32) } });
    assert.deepEqual(
      await requestWindow({ host: '127.0.0.1', port: rig.port, key: KEY, method: 'GET' }),
      REPORT,
    );
  });

  it('has no report from a window with another key, another program, or a closed port', async () => {
    const { rig } = await startWindow();
    assert.equal(
      await requestWindow({ host: '127.0.0.1', port: rig.port, key: 'another key', method: 'GET' }),
      undefined,
    );
    const otherServer = await startRig();
    assert.equal(
      await requestWindow({ host: '127.0.0.1', port: otherServer.port, key: KEY, method: 'GET' }),
      undefined,
    );
    await otherServer.endpoint.stop();
    assert.equal(
      await requestWindow({ host: '127.0.0.1', port: otherServer.port, key: KEY, method: 'GET' }),
      undefined,
    );
  });

  it('has no report from a program that repeats the proof of the request, or answers without one', async () => {
    for (const replyHeaders of [
      () => ({}),
      (sent: string) => ({ 'x-window-proof': sent }),
      () => ({ 'x-window-proof': `${Date.now()}.${'0'.repeat(64)}` }),
    ]) {
      const program = createServer((request, response) => {
        response.writeHead(200, replyHeaders(String(request.headers['x-window-proof'])));
        response.end(JSON.stringify(REPORT));
      });
      program.listen(0, '127.0.0.1');
      await once(program, 'listening');
      const { port } = program.address() as AddressInfo;
      assert.equal(await requestWindow({ host: '127.0.0.1', port, key: KEY, method: 'GET' }), undefined);
      program.close();
    }
  });

  for (const [proof, headers] of Object.entries({
    'without a proof': () => ({}),
    'with a proof for the other method': (port: number) => prove('GET', port),
    'with a proof for another port': (port: number) => prove('POST', port + 1),
    'with a proof from yesterday': (port: number) => prove('POST', port, Date.now() - 86_400_000),
    'with a proof from tomorrow': (port: number) => prove('POST', port, Date.now() + 86_400_000),
    'with an incomplete proof': (port: number) => ({
      'x-window-proof': prove('POST', port)['x-window-proof']!.slice(0, 40),
    }),
  })) {
    it(`returns 404 to a request ${proof}`, async () => {
      const { rig, releases } = await startWindow();
      const reply = await ask(rig, { path: WINDOW_PATH, body: '{}', headers: headers(rig.port) });
      assert.deepEqual([reply.status, reply.body], [404, '404 page not found']);
      assert.equal(releases(), 0);
    });
  }

  it('refuses web pages, even with a proof', async () => {
    const { rig, releases } = await startWindow();
    const headers = {
      ...prove('POST', rig.port),
      origin: 'https://claude.example',
      'content-type': 'application/json',
    };
    assert.equal((await ask(rig, { path: WINDOW_PATH, body: '{}', headers })).status, 403);
    assert.equal(releases(), 0);
  });

  it('does not exist in a server without windows', async () => {
    const rig = await startRig();
    assert.equal((await ask(rig, { path: WINDOW_PATH, headers: prove('GET', rig.port) })).status, 404);
  });
});
