/** Refused clients that send as many requests as they can. The user's own requests are answered meanwhile. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MAX_UNANSWERED } from '../../src/server/httpServer.js';
import { ask, open, received, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';
import { hangs } from '../support/fakeBackend.js';
import { slowness } from '../support/slowness.js';
import { until } from '../support/until.mjs';

const TOKEN = 'x'.repeat(32);
const SOAK = process.env['SOAK'] === '1';
const FLOOD_BYTES = SOAK ? 1_000_000_000 : 200_000_000;
const CONNECTIONS = 4;
const ANSWER_MS = 1_000;
const MEMORY_BYTES = 100_000_000;
const OTHER_UID = 65_534;

/**
 * Sends heads over several connections, each time as much as the system takes, and connects again when one is closed.
 * Prints a dot when it begins, and ends when it has sent everything.
 */
const FLOODER = `
  const [port, total, connections, head] = process.argv.slice(1);
  const chunk = Buffer.from(head.repeat(Math.ceil(262144 / head.length)));
  let left = Number(total);
  process.stdout.write('.');
  const connect = () => {
    if (left <= 0) return;
    const socket = require('node:net').connect(Number(port), '127.0.0.1');
    let written = 0;
    const send = () => {
      while (left > 0 && !socket.destroyed) {
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('connect', send).on('drain', send).on('error', () => undefined).on('close', connect).resume();
  };
  for (let index = 0; index < Number(connections); index += 1) connect();
`;

interface Flood {
  readonly head: string;
  readonly uid?: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The memory that is in use, not the memory that V8 has not released yet. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Floods the server and asks it for its version all the time. Checks how long the answers take, and the memory. */
async function withstand(rig: Rig, { head, uid }: Flood): Promise<void> {
  const slowBefore = slowness();
  const before = heldBytes();
  const args = [String(rig.port), String(FLOOD_BYTES), String(CONNECTIONS), head];
  const user = uid === undefined ? {} : { uid, gid: uid };
  const flooder = spawn(process.execPath, ['-e', FLOODER, ...args], {
    ...user,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(flooder, 'exit');
  await once(flooder.stdout, 'data');
  let slowestMs = 0;
  let grownBytes = 0;
  let answers = 0;
  while (flooder.exitCode === null) {
    const started = performance.now();
    const path = `/t/${TOKEN}/api/version`;
    assert.equal((await ask(rig, { path })).status, 200);
    slowestMs = Math.max(slowestMs, performance.now() - started);
    answers += 1;
    if (answers % 20 === 0) grownBytes = Math.max(grownBytes, heldBytes() - before);
  }
  assert.deepEqual(await exited, [0, null]);
  const megabytes = Math.round(FLOOD_BYTES / 1e6);
  console.log(
    `        ${megabytes} MB of heads: slowest answer ${slowestMs.toFixed(0)} ms, ${(grownBytes / 1e6).toFixed(0)} MB more memory`,
  );
  const slow = Math.max(slowBefore, slowness());
  const machine = `on a machine that is ${slow.toFixed(1)} times slower than when it is idle`;
  assert.ok(slowestMs < ANSWER_MS * slow, `${slowestMs} ms, ${machine}`);
  assert.ok(grownBytes < MEMORY_BYTES, `${grownBytes} bytes`);
}

describe('a flood of refused requests', function () {
  this.timeout(SOAK ? 900_000 : 60_000);
  afterEach(stopRigs);

  const HEADS = {
    'without the token': 'GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'of a foreign host': 'GET /api/tags HTTP/1.1\r\nHost: evil.com\r\n\r\n',
    'of a foreign page': 'GET / HTTP/1.1\r\nHost: a.localhost\r\nOrigin: https://evil.com\r\n\r\n',
  };
  for (const [what, head] of Object.entries(HEADS)) {
    it(`${what} delays no other request, and is summed up in the log`, async () => {
      const rig = await startRig({ settings: { token: TOKEN } });
      await withstand(rig, { head });
      const refusals = rig.records.filter(({ status }) => status === 401 || status === 403);
      assert.ok(refusals.length > 0 && refusals.length <= 200, `${refusals.length} records`);
      assert.ok(rig.lines.filter((line) => line.includes('refused')).length <= 200);
      assert.deepEqual(rig.backend.requests, []);
    });
  }

  it('of another user is closed before anything is read', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      console.log('      skipped: only root on Linux can run a client as another user');
      this.skip();
    }
    const rig = await startRig({ settings: { token: TOKEN, allowOtherUsers: false } });
    await withstand(rig, { head: HEADS['without the token'], uid: OTHER_UID });
    assert.ok(rig.records.every(({ status }) => status === 200));
    const lines = rig.lines.filter((line) => line.includes('Refused a connection of another user'));
    assert.ok(lines.length > 0 && lines.length <= 200);
  });
});

describe('a connection', () => {
  let rig: Rig;
  beforeEach(async () => (rig = await startRig({ settings: { token: TOKEN } })));
  afterEach(stopRigs);

  const get = (path: string, ...lines: string[]): string =>
    [`GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');

  it('is closed after a refused request, whose reply is complete', async () => {
    for (const refused of [
      get('/api/tags'),
      get('/api/tags', 'Authorization: Bearer wrong'),
      get('/api/tags', 'Origin: https://evil.com'),
      get('/api/tags').replace('localhost', 'evil.com'),
      `POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n${'x'.repeat(3_000_000)}`,
    ]) {
      const answer = await received(await open(rig, refused + get(`/t/${TOKEN}/api/version`)));
      assert.match(answer, /^HTTP\/1\.1 40[13] [^]*\r\nConnection: close\r\n/);
      assert.match(answer, /\r\n\r\n\{"error":"[^\n]+"\}$/);
    }
    // A request that was sent behind it gets no answer: its record has the status of a closed connection.
    assert.ok(rig.records.every(({ status }) => [401, 403, 499].includes(status)));
  });

  it('stays open after other refusals', async () => {
    const socket = await open(rig, get(`/t/${TOKEN}/nope`) + get('*'));
    const answer = received(socket);
    socket.write(get(`/t/${TOKEN}/api/version`, 'Connection: close'));
    assert.deepEqual((await answer).match(/HTTP\/1\.1 \d{3}/g), [
      'HTTP/1.1 404',
      'HTTP/1.1 400',
      'HTTP/1.1 200',
    ]);
  });

  it('is closed by a refused body that does not end', async () => {
    const socket = await open(
      rig,
      'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n',
    );
    assert.match(await received(socket), /^HTTP\/1\.1 401 /);
  });

  it('ends all its chats when its client disconnects, also those that were sent ahead', async () => {
    rig.backend.script = hangs();
    const body = JSON.stringify({ model: 'claude-sonnet', messages: USER_HI });
    const chat = `POST /t/${TOKEN}/api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = await open(rig, chat.repeat(3));
    await until('all chats have begun', () => rig.backend.requests.length === 3);
    socket.destroy();
    await until('all chats have ended', () => rig.backend.ended === 3);
    await until('all requests are recorded', () => rig.records.length === 3);
  });

  it(`may have ${MAX_UNANSWERED} unanswered requests`, async () => {
    const ahead = async (count: number): Promise<number> => {
      const bytes = get(`/t/${TOKEN}/api/version`).repeat(count - 1);
      const answer = await received(
        await open(rig, bytes + get(`/t/${TOKEN}/api/version`, 'Connection: close')),
      );
      return answer.match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;
    };
    assert.equal(await ahead(MAX_UNANSWERED), MAX_UNANSWERED);
    assert.ok((await ahead(MAX_UNANSWERED + 1)) < MAX_UNANSWERED);
  });
});
