import assert from 'node:assert/strict';
import { askWindow } from '../../src/server/server.js';
import { proofOf, WINDOW_PATH } from '../../src/server/windows.js';
import { ask, startRig, stopRigs, type Rig, type RigOptions } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const KEY = 'a key that windows share';
const REPORT = { folder: '/code/shop', requests: 2 };

async function startWindow(options: RigOptions = {}): Promise<{ rig: Rig; ceded: () => number }> {
  let ceded = 0;
  const windows = { key: () => KEY, report: () => REPORT, cede: () => void (ceded += 1) };
  return { rig: await startRig({ windows, ...options }), ceded: () => ceded };
}

const prove = (method: 'GET' | 'POST', port: number, at = Date.now()): Record<string, string> => ({
  'x-window-proof': proofOf(KEY, method, port, at),
});

describe('windows of the editor', () => {
  afterEach(stopRigs);

  it('tell each other where Claude works', async () => {
    const { rig, ceded } = await startWindow();
    assert.deepEqual(await askWindow('127.0.0.1', rig.port, KEY, 'GET'), REPORT);
    assert.equal(ceded(), 0);
  });

  it('let go of the port for each other, once the answer is out', async () => {
    const { rig, ceded } = await startWindow();
    assert.deepEqual(await askWindow('127.0.0.1', rig.port, KEY, 'POST'), REPORT);
    await until('the window cedes the port', () => ceded() === 1);
  });

  it('need no token for it, because the key is better', async () => {
    const { rig } = await startWindow({ settings: { token: 'x'.repeat(32) } });
    assert.deepEqual(await askWindow('127.0.0.1', rig.port, KEY, 'GET'), REPORT);
  });

  it('get nothing from one with another key, from a stranger, or from nobody', async () => {
    const { rig } = await startWindow();
    assert.equal(await askWindow('127.0.0.1', rig.port, 'another key', 'GET'), undefined);
    const stranger = await startRig();
    assert.equal(await askWindow('127.0.0.1', stranger.port, KEY, 'GET'), undefined);
    await stranger.endpoint.stop();
    assert.equal(await askWindow('127.0.0.1', stranger.port, KEY, 'GET'), undefined);
  });

  for (const [who, headers] of Object.entries({
    'without a proof': () => ({}),
    'with a proof for the other method': (port: number) => prove('GET', port),
    'with a proof for another port': (port: number) => prove('POST', port + 1),
    'with a proof of yesterday': (port: number) => prove('POST', port, Date.now() - 86_400_000),
    'with a proof of tomorrow': (port: number) => prove('POST', port, Date.now() + 86_400_000),
    'with half a proof': (port: number) => ({
      'x-window-proof': prove('POST', port)['x-window-proof']!.slice(0, 40),
    }),
  })) {
    it(`are not there for a program ${who}`, async () => {
      const { rig, ceded } = await startWindow();
      const reply = await ask(rig, { path: WINDOW_PATH, body: '{}', headers: headers(rig.port) });
      assert.deepEqual([reply.status, reply.body], [404, '404 page not found']);
      assert.equal(ceded(), 0);
    });
  }

  it('are not there for web pages, which could not make a proof either', async () => {
    const { rig, ceded } = await startWindow();
    const headers = {
      ...prove('POST', rig.port),
      origin: 'https://claude.example',
      'content-type': 'application/json',
    };
    assert.equal((await ask(rig, { path: WINDOW_PATH, body: '{}', headers })).status, 403);
    assert.equal(ceded(), 0);
  });

  it('are not there in a program without windows', async () => {
    const rig = await startRig();
    assert.equal((await ask(rig, { path: WINDOW_PATH, headers: prove('GET', rig.port) })).status, 404);
  });
});
