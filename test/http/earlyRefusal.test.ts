/** Replies that are sent before the request's body has arrived, on connections that close after them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { gateConnections } from '../../src/server/connectionGate.js';
import { closingReply } from '../../src/server/httpServer.js';
import { open, startRig, stopRigs } from '../support/endpointRig.js';

const MIB = 1024 * 1024;

/**
 * Sends a body completely before it reads anything, as many simple clients do.
 * @returns all that arrives until the server closes the connection
 * @throws Error if the connection is reset
 */
async function replyAfter(socket: Socket, body: Buffer): Promise<string> {
  socket.pause();
  const closed = once(socket, 'close');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(body, () => resolve());
  });
  let reply = '';
  socket
    .setEncoding('latin1')
    .on('data', (text: string) => (reply += text))
    .resume();
  await closed;
  return reply;
}

interface Refusal {
  readonly status: number;
  readonly target: string;
  readonly headers?: string;
  readonly bytes?: number;
}

const REFUSALS: readonly Refusal[] = [
  { status: 403, target: 'POST /api/chat', headers: 'Host: evil.example' },
  { status: 401, target: 'POST /api/chat', headers: 'Host: localhost' },
  { status: 415, target: 'POST /t/secret/api/chat', headers: 'Host: localhost\r\nContent-Encoding: gzip' },
  { status: 400, target: 'POST /t/secret/api/chat', headers: 'Host: localhost\r\nUpgrade: websocket' },
  { status: 413, target: 'POST /t/secret/api/show', headers: 'Host: localhost' },
  { status: 413, target: 'POST /t/secret/api/chat', headers: 'Host: localhost', bytes: 40 * MIB },
  { status: 404, target: 'POST /t/secret/nothing', headers: 'Host: localhost' },
  { status: 405, target: 'PUT /t/secret/api/chat', headers: 'Host: localhost' },
];

describe('a large body on a connection that closes', function () {
  this.timeout(30_000);
  afterEach(stopRigs);

  for (const { status, target, headers, bytes = 5 * MIB } of REFUSALS) {
    for (const [version, connection] of [
      ['1.1', 'Connection: close\r\n'],
      ['1.0', ''],
    ]) {
      it(`gets the whole reply ${status} to ${target} with HTTP ${version}`, async () => {
        const rig = await startRig({ settings: { token: 'secret' } });
        const head = `${target} HTTP/${version}\r\n${headers}\r\n${connection}Content-Length: ${bytes}\r\n\r\n`;
        const reply = await replyAfter(await open(rig, head), Buffer.alloc(bytes, 0x20));
        assert.match(reply, new RegExp(`^HTTP/1\\.1 ${status} `));
        const [, length, body = ''] = /\r\ncontent-length: (\d+)\r\n[^]*?\r\n\r\n([^]*)$/i.exec(reply) ?? [];
        assert.equal(body.length, Number(length));
        assert.deepEqual(rig.backend.requests, []);
      });
    }
  }

  for (const [status, head] of [
    [400, 'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n'],
    [400, 'POST /api/chat HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    [431, `POST /api/chat HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`],
  ] as const) {
    it(`gets the whole reply ${status} to a head that is refused: ${head.slice(0, 60).split('\r\n').join(' ')}`, async () => {
      const rig = await startRig();
      const reply = await replyAfter(await open(rig, head), Buffer.alloc(5 * MIB, 0x20));
      assert.match(reply, new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\n\r\n\\{"error":"[^"]+"\\}$`));
    });
  }

  it('gets the whole reply 403 as the connection of another user', async () => {
    const server = createServer();
    const refusal = closingReply('403 Forbidden', 'Not you.');
    gateConnections(server, {
      acceptsAll: () => false,
      isAccepted: () => Promise.resolve(false),
      refusal,
      onRefused: () => undefined,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${5 * MIB}\r\n\r\n`);
      assert.equal(await replyAfter(socket, Buffer.alloc(5 * MIB)), refusal);
    } finally {
      server.close();
    }
  });
});
