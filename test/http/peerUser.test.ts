/** Requests from other users of this machine. Needs root on Linux to run a client as another user. */
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

const OTHER_UID = 65_534;
const hasV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** A client that connects to `host` and `port`, sends its standard input, and prints the reply. */
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

interface ClientRun {
  readonly uid: number;
  readonly bytes: string;
  readonly host?: string;
  /** Closes the connection as soon as everything is sent. */
  readonly close?: boolean;
}

/** Sends bytes as another user. @returns the reply */
async function sendAs(
  rig: Rig,
  { uid, bytes, host = '127.0.0.1', close = false }: ClientRun,
): Promise<string> {
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

/** With the check of the user, which the rig turns off by default. */
const WITH_CHECK: RigOptions = { settings: { allowOtherUsers: false } };

describe('a request from another user of this machine', function () {
  before(function () {
    if (process.platform === 'linux' && process.getuid?.() === 0) return;
    console.log('      skipped: only root on Linux can run a client as another user');
    this.skip();
  });
  afterEach(stopRigs);

  const hosts = ['127.0.0.1', '::ffff:127.0.0.1', ...(hasV6 ? ['::1'] : [])];
  for (const host of hosts) {
    it(`is refused at ${host}, unlike one from root`, async () => {
      const rig = await startRig(WITH_CHECK);
      for (const bytes of [request('GET /'), request('GET /api/tags'), chatBytes()]) {
        const closing = bytes.replace('Host:', 'Connection: close\r\nHost:');
        const answer = await sendAs(rig, { uid: OTHER_UID, bytes: closing, host });
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.match(answer, /\{"error":"This server accepts requests only from the user who started it/);
      }
      assert.deepEqual(rig.backend.requests, []);
      assert.match(await sendAs(rig, { uid: 0, bytes: request('GET /api/tags'), host }), /^HTTP\/1\.1 200 /);
    });
  }

  it('gets a reply that no web page can read, not even one of an allowed origin', async () => {
    const rig = await startRig(WITH_CHECK);
    // The headers of another user's request are not trusted.
    const bytes = request('GET /api/tags').replace('Host:', 'Origin: app://obsidian.md\r\nHost:');
    const answer = await sendAs(rig, { uid: OTHER_UID, bytes });
    assert.match(answer, /^HTTP\/1\.1 403 /);
    assert.doesNotMatch(answer, /access-control/i);
  });

  it('starts no chat if the client disconnects immediately', async () => {
    const rig = await startRig(WITH_CHECK);
    for (let round = 0; round < 5; round += 1) {
      await sendAs(rig, { uid: OTHER_UID, bytes: chatBytes(), close: true });
    }
    const bytes = request('GET /api/version');
    assert.match(await sendAs(rig, { uid: 0, bytes }), /^HTTP\/1\.1 200 /);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('is accepted with the setting allowOtherUsers, which applies immediately', async () => {
    const settings: { -readonly [K in keyof EndpointSettings]?: EndpointSettings[K] } = {
      allowOtherUsers: false,
    };
    const rig = await startRig({ settings });
    const tags = (): Promise<string> => sendAs(rig, { uid: OTHER_UID, bytes: request('GET /api/tags') });
    assert.match(await tags(), /^HTTP\/1\.1 403 /);
    settings.allowOtherUsers = true;
    assert.match(await tags(), /^HTTP\/1\.1 200 /);
    settings.allowOtherUsers = false;
    assert.match(await tags(), /^HTTP\/1\.1 403 /);
  });
});

describe('the user check of a connection', () => {
  afterEach(stopRigs);

  it('runs once per connection, and accepts this user', async () => {
    const rig = await startRig(WITH_CHECK);
    const check = createPeerUserCheck();
    const socket: Socket = connect(rig.port, '127.0.0.1');
    await once(socket, 'connect');
    const first = check.isOwnUser(socket);
    // On Linux the same promise. Elsewhere users are not told apart, and the answer is known at once.
    assert.equal(check.isOwnUser(socket), first);
    assert.equal(first instanceof Promise, process.platform === 'linux');
    assert.equal(await first, true);
    socket.destroy();
    // The user of a closed connection cannot be determined; it is accepted, because it cannot receive a reply.
    await once(socket, 'close');
    assert.equal(await createPeerUserCheck().isOwnUser(socket), true);
  });

  it('does not reorder or drop pipelined requests', async () => {
    const rig = await startRig(WITH_CHECK);
    const socket = await open(rig, request('GET /api/version').replace('close', 'keep-alive').repeat(50));
    const answer = received(socket);
    socket.write(request('GET /api/tags'));
    assert.equal((await answer).match(/HTTP\/1\.1 200 OK/g)?.length, 51);
  });
});
