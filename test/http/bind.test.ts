/** The addresses on which an endpoint listens: both of the loopback; others only with a strong token. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { endianness, hostname, networkInterfaces } from 'node:os';
import { listen } from '../../src/server/listen.js';
import type { EndpointSettings } from '../../src/server/server.js';
import { ListenError, findPortOwner } from '../../src/server/server.js';
import { hangs } from '../support/fakeBackend.js';
import { ask, type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { freePort } from '../support/ports.mjs';

const TOKEN = 'x'.repeat(32);
const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
const hasV6 = addresses.some(({ address }) => address === '::1');
const lan = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;

const HEX_PORT = 16;

/** The addresses on which any program listens on a port, in the notation of `/proc/net/tcp`. */
function listenersOn(port: number): string[] {
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '', , state]) => state === LISTENING && portOf(local) === port)
      .map(([, local = '']) => local.slice(0, local.indexOf(':'))),
  );
}
const LISTENING = '0A';
const portOf = (local: string): number => Number.parseInt(local.slice(local.indexOf(':') + 1), HEX_PORT);
const V4_LOOPBACK = '0100007F';
const V6_LOOPBACK = '00000000000000000000000001000000';
const hasTables = process.platform === 'linux' && endianness() === 'LE';

async function statusAt(rig: Rig, host: string, headers: Record<string, string> = {}): Promise<number> {
  const at = host.includes(':') ? `[${host}]` : host;
  const response = await fetch(`http://${at}:${rig.port}/api/tags`, { headers });
  await response.text();
  return response.status;
}

describe('listen on a port that another program serves', () => {
  for (const platform of ['win32', 'darwin', 'linux'] as const) {
    const isAsked = platform !== 'linux';
    it(`fails on ${platform}, ${isAsked ? 'where the system might allow it' : 'and connects to no program'}`, async () => {
      const other = createServer((socket) => socket.destroy());
      const connections: string[] = [];
      other.on('connection', () => connections.push('one'));
      other.listen(0, '0.0.0.0');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      await assert.rejects(
        listen(createHttpServer(), '127.0.0.1', port, platform),
        (error) => error instanceof ListenError && error.kind === 'inUse',
      );
      assert.equal(connections.length, isAsked ? 1 : 0);
      other.close();
      await once(other, 'close');
      const server = createHttpServer();
      assert.equal((await listen(server, '127.0.0.1', port, platform)).port, port);
      server.close();
    });
  }
});

describe('an endpoint on the loopback', () => {
  afterEach(stopRigs);

  it('listens on 127.0.0.1 and ::1, and stops on both', async function () {
    if (!hasV6) this.skip();
    const rig = await startRig();
    assert.equal(await statusAt(rig, '127.0.0.1'), 200);
    assert.equal(await statusAt(rig, '::1'), 200);
    rig.backend.script = hangs();
    const chat = fetch(`http://[::1]:${rig.port}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'claude-sonnet', messages: [{ role: 'user', content: 'x' }] }),
    });
    while (rig.backend.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await rig.endpoint.stop();
    assert.equal((await chat).status, 503);
    for (const host of ['127.0.0.1', '::1']) assert.equal(await findPortOwner(host, rig.port), 'none');
  });

  it('logs a warning when another program uses the port on ::1', async function () {
    if (!hasV6) this.skip();
    const other = createServer();
    other.listen(0, '::1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const rig = await startRig({ port });
    assert.equal(await statusAt(rig, '127.0.0.1'), 200);
    assert.ok(
      rig.lines.some((line) => /^warn Port \d+ on ::1 is in use/.test(line)),
      rig.lines.join('\n'),
    );
    other.close();
  });

  it('does not listen on other addresses', async function () {
    if (lan === undefined) this.skip();
    const rig = await startRig();
    assert.equal(await findPortOwner(lan, rig.port), 'none');
  });
});

describe('the listening sockets of the system', () => {
  before(function () {
    if (hasTables) return;
    console.log('      skipped: only Linux lists them');
    this.skip();
  });
  afterEach(stopRigs);

  it('are those of the loopback while the endpoint runs, and none after it has stopped', async () => {
    const rig = await startRig();
    assert.deepEqual(listenersOn(rig.port), hasV6 ? [V4_LOOPBACK, V6_LOOPBACK] : [V4_LOOPBACK]);
    await rig.endpoint.stop();
    assert.deepEqual(listenersOn(rig.port), []);
  });

  it('are none after a refused start on any address', async () => {
    const everyAddress = [
      '0.0.0.0',
      '::',
      '0',
      '0x0',
      '::0',
      '0:0:0:0:0:0:0:0',
      '[::]',
      '',
      '*',
      '00.0',
      '0x00000000',
    ];
    const others = [
      lan ?? '192.0.2.1',
      '::ffff:0.0.0.0',
      hostname(),
      'example.com',
      '127.0.0.1.nip.io',
      '0.0.0.0 ',
    ];
    for (const host of [...everyAddress, ...others]) {
      if (host === 'localhost') continue;
      for (const token of [undefined, 'x'.repeat(31)]) {
        const port = await freePort();
        await assert.rejects(startRig({ host, port, settings: { token } }), (error: unknown) => {
          return error instanceof ListenError && error.kind === 'denied';
        });
        assert.deepEqual(listenersOn(port), [], host);
      }
    }
  });
});

describe('an endpoint on every address', () => {
  afterEach(stopRigs);

  for (const host of ['0.0.0.0', '::', '0', '0x0', '::0', '[::]', '']) {
    it(`does not start on ${JSON.stringify(host)} without a token of 32 characters`, async () => {
      for (const token of [undefined, 'x'.repeat(31)]) {
        await assert.rejects(startRig({ host, settings: { token } }), (error: unknown) => {
          return error instanceof ListenError && error.kind === 'denied';
        });
      }
    });
  }

  it('requires the token and a known host', async () => {
    const rig = await startRig({ host: '0.0.0.0', settings: { token: TOKEN } });
    const authorization = `Bearer ${TOKEN}`;
    assert.equal(await statusAt(rig, '127.0.0.1', { authorization }), 200);
    assert.equal(await statusAt(rig, '127.0.0.1'), 401);
    const foreign = { host: 'evil.com', authorization };
    assert.equal((await ask(rig, { path: '/api/tags', headers: foreign })).status, 403);
  });

  it('accepts its own IPv4 and IPv4-mapped addresses as hosts', async function () {
    if (lan === undefined) this.skip();
    for (const host of ['0.0.0.0', '::']) {
      const rig = await startRig({ host, settings: { token: TOKEN } });
      assert.equal(await statusAt(rig, lan, { authorization: `Bearer ${TOKEN}` }), 200, host);
      assert.equal(await statusAt(rig, lan), 401, host);
    }
  });

  it('refuses every request after the token was removed or shortened', async () => {
    const settings: { -readonly [K in keyof EndpointSettings]?: EndpointSettings[K] } = { token: TOKEN };
    const rig = await startRig({ host: '0.0.0.0', settings });
    for (const token of [undefined, '', 'short']) {
      settings.token = token;
      assert.equal(await statusAt(rig, '127.0.0.1'), 401);
      assert.equal(await statusAt(rig, '127.0.0.1', { 'x-api-key': token ?? '' }), 401);
    }
  });
});
