/** Slow clients and many connections. Other clients are served anyway. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { MAX_CONNECTIONS } from '../../src/server/httpServer.js';
import { DONE, floods, hangs, text } from '../support/fakeBackend.js';
import {
  ask,
  chat,
  chatBytes,
  open,
  received,
  type Rig,
  startRig,
  stopRigs,
} from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const HEAD = 'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n';
const TIMEOUTS = { headers: 200, request: 500 };

/** Sends a byte every 20 ms until the server closes the connection. */
async function drip(socket: Socket, byte: string): Promise<string> {
  const answer = received(socket);
  const timer = setInterval(() => socket.write(byte), 20);
  try {
    return await answer;
  } finally {
    clearInterval(timer);
  }
}

describe('a slow client', () => {
  afterEach(stopRigs);

  it('that does not send its head or body in time gets 408', async () => {
    const rig = await startRig({ timeouts: TIMEOUTS });
    const [silent, head, body] = await Promise.all([
      open(rig, ''),
      open(rig, 'GET / HTTP/1.1\r\nX-A: '),
      open(rig, `${HEAD}\r\n`),
    ]);
    const answers = [received(silent), drip(head, 'a'), drip(body, ' ')];
    for (const answer of await Promise.all(answers))
      assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('may wait for its reply longer than all timeouts', async () => {
    const timeouts = { headers: 50, request: 50, send: 50 };
    const rig = await startRig({ timeouts, heartbeatMs: 60_000 });
    rig.backend.script = async function* () {
      for (const words of ['one', 'two']) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        yield text(words);
      }
      yield DONE;
    };
    const reply = await chat(rig);
    assert.equal(reply.status, 200);
    assert.match(reply.body, /"done":true/);
  });

  it('that does not read its reply is disconnected', async () => {
    const rig = await startRig({ timeouts: { send: 200 } });
    let stopped = (): void => undefined;
    const done = new Promise<void>((resolve) => (stopped = resolve));
    rig.backend.script = async function* (request, signal) {
      try {
        yield* floods('x'.repeat(64 * 1024))(request, signal);
      } finally {
        stopped();
      }
    };
    const record = rig.record();
    const socket = await open(rig, chatBytes());
    socket.on('error', () => undefined);
    await once(socket, 'readable');
    // From here on, the client reads nothing.
    await done;
    const { status, error } = await record;
    assert.equal(status, 499);
    assert.equal(error, 'The client read nothing for 0.2 s.');
    socket.destroy();
  });

  it('that reads slowly gets its complete reply', async () => {
    const rig = await startRig({ timeouts: { send: 300 } });
    const length = 30 * 64 * 1024;
    rig.backend.script = async function* () {
      for (let sent = 0; sent < 30; sent += 1) {
        await Promise.resolve();
        yield text('x'.repeat(64 * 1024));
      }
      yield DONE;
    };
    const socket = await open(rig, chatBytes().replace('Host:', 'Connection: close\r\nHost:'));
    let receivedBytes = 0;
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 40);
    });
    await closed;
    assert.ok(receivedBytes > length, `${receivedBytes} bytes`);
    assert.equal(rig.records[0]?.status, 200);
  });
});

describe('many connections', () => {
  afterEach(stopRigs);

  const openMany = async (rig: Rig, count: number, bytes: string): Promise<Socket[]> => {
    const sockets: Socket[] = [];
    for (let made = 0; made < count; made += 1) {
      const socket = await open(rig, bytes);
      socket.on('error', () => undefined).resume();
      sockets.push(socket);
    }
    return sockets;
  };

  for (const [how, bytes] of [
    ['silent', ''],
    ['slow in the head', 'GET / HTTP/1.1\r\nHost: lo'],
    ['slow in the body', `${HEAD}\r\n{`],
  ] as const) {
    it(`that are ${how} do not keep other clients out`, async () => {
      const rig = await startRig();
      const sockets = await openMany(rig, 500, bytes);
      await until(
        'the surplus connections are closed',
        () => sockets.filter((socket) => socket.closed).length >= 500 - MAX_CONNECTIONS,
      );
      for (let round = 0; round < 5; round += 1) assert.equal((await chat(rig)).status, 200);
      assert.ok(sockets.filter((socket) => !socket.closed).length <= MAX_CONNECTIONS);
      for (const socket of sockets) socket.destroy();
    });
  }

  it('do not close one with a running reply', async () => {
    const rig = await startRig();
    rig.backend.script = hangs(text('Hel'));
    const active = await open(rig, chatBytes());
    await once(active, 'data');
    const sockets = await openMany(rig, MAX_CONNECTIONS + 50, 'GET / HTTP/1.1\r\nHost: lo');
    await until(
      'the surplus connections are closed',
      () => sockets.filter((socket) => socket.closed).length >= 50,
    );
    assert.equal(active.closed, false);
    assert.equal(rig.backend.ended, 0);
    for (const socket of [active, ...sockets]) socket.destroy();
  });

  it('are not needed for many requests: one carries any number', async () => {
    const rig = await startRig();
    const socket = await open(rig, '');
    let answers = 0;
    for (let round = 0; round < 1_000; round += 1) {
      socket.write('GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      if (bytes.toString().startsWith('HTTP/1.1 200 OK')) answers += 1;
    }
    assert.equal(answers, 1_000);
    socket.destroy();
    assert.equal((await ask(rig, { path: '/' })).status, 200);
  });
});
