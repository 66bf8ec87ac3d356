/** Other users of this machine. Only on Linux, and only root can pretend to be another user. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createPeerUserCheck } from '../../src/server/peerUser.js';
import type { EndpointSettings } from '../../src/server/server.js';
import {
  chatBytes,
  open,
  received,
  type Rig,
  type RigOptions,
  startRig,
  stopRigs,
} from '../support/endpointRig.js';

const NOBODY = 65_534;
const hasV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** Connects to `host` and `port`, sends its standard input, and writes down what comes back. */
const CLIENT = `
  const [host, port, close] = process.argv.slice(1);
  const socket = require('node:net').connect({ host, port: Number(port) }, async () => {
    let bytes = '';
    for await (const chunk of process.stdin) bytes += chunk;
    socket.write(bytes, () => { if (close === 'close') socket.destroy(); });
  });
  socket.on('data', (chunk) => process.stdout.write(chunk));
  socket.on('error', () => undefined);
`;

const request = (line: string): string => `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

interface Visit {
  readonly uid: number;
  readonly bytes: string;
  readonly host?: string;
  /** Closes as soon as all is sent. */
  readonly close?: boolean;
}

async function visit(rig: Rig, { uid, bytes, host = '127.0.0.1', close = false }: Visit): Promise<string> {
  const child = spawn(process.execPath, ['-e', CLIENT, host, String(rig.port), close ? 'close' : ''], {
    uid,
    gid: uid,
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  child.stdin.end(bytes);
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0);
  return answer;
}

/** With the look at whose a connection is, as it comes. */
const LOOKING: RigOptions = { settings: { allowOtherUsers: false } };

describe('other users of this machine', function () {
  before(function () {
    if (process.platform === 'linux' && process.getuid?.() === 0) return;
    console.log('      skipped: only root on Linux can be another user');
    this.skip();
  });
  afterEach(stopRigs);

  const hosts = ['127.0.0.1', '::ffff:127.0.0.1', ...(hasV6 ? ['::1'] : [])];
  for (const host of hosts) {
    it(`are refused, coming by ${host}; this user and root are not`, async () => {
      const rig = await startRig(LOOKING);
      for (const bytes of [request('GET /'), request('GET /api/tags'), chatBytes()]) {
        const closing = bytes.replace('Host:', 'Connection: close\r\nHost:');
        const answer = await visit(rig, { uid: NOBODY, bytes: closing, host });
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.match(answer, /\{"error":"This server answers only the user who started it/);
      }
      assert.deepEqual(rig.backend.requests, []);
      assert.match(await visit(rig, { uid: 0, bytes: request('GET /api/tags'), host }), /^HTTP\/1\.1 200 /);
    });
  }

  it('are told so in words that no page can read, not even one that this user lets in', async () => {
    const rig = await startRig(LOOKING);
    // Nothing that it says of itself is looked at: the page, too, is the other user's.
    const bytes = request('GET /api/tags').replace('Host:', 'Origin: app://obsidian.md\r\nHost:');
    const answer = await visit(rig, { uid: NOBODY, bytes });
    assert.match(answer, /^HTTP\/1\.1 403 /);
    assert.doesNotMatch(answer, /access-control/i);
  });

  it('start nothing either when they close at once', async () => {
    const rig = await startRig(LOOKING);
    for (let round = 0; round < 5; round += 1) {
      await visit(rig, { uid: NOBODY, bytes: chatBytes(), close: true });
    }
    const bytes = request('GET /api/version');
    assert.match(await visit(rig, { uid: 0, bytes }), /^HTTP\/1\.1 200 /);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('are let in by a setting, which counts at once', async () => {
    const settings: { -readonly [K in keyof EndpointSettings]?: EndpointSettings[K] } = {
      allowOtherUsers: false,
    };
    const rig = await startRig({ settings });
    const tags = (): Promise<string> => visit(rig, { uid: NOBODY, bytes: request('GET /api/tags') });
    assert.match(await tags(), /^HTTP\/1\.1 403 /);
    settings.allowOtherUsers = true;
    assert.match(await tags(), /^HTTP\/1\.1 200 /);
    settings.allowOtherUsers = false;
    assert.match(await tags(), /^HTTP\/1\.1 403 /);
  });
});

describe('the look at a connection', () => {
  afterEach(stopRigs);

  it('is made once, and lets this user in', async () => {
    const rig = await startRig(LOOKING);
    const peers = createPeerUserCheck();
    const socket: Socket = connect(rig.port, '127.0.0.1');
    await once(socket, 'connect');
    const first = peers.isOwn(socket);
    assert.equal(peers.isOwn(socket), process.platform === 'linux' ? first : peers.isOwn(socket));
    assert.equal(await first, true);
    socket.destroy();
    // What is gone cannot be told, and does no harm.
    await once(socket, 'close');
    assert.equal(await createPeerUserCheck().isOwn(socket), true);
  });

  it('does not hold up requests that follow each other', async () => {
    const rig = await startRig(LOOKING);
    const socket = await open(rig, request('GET /api/version').replace('close', 'keep-alive').repeat(50));
    const answer = received(socket);
    socket.write(request('GET /api/tags'));
    assert.equal((await answer).match(/HTTP\/1\.1 200 OK/g)?.length, 51);
  });
});
