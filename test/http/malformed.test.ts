/** Bytes that are no good request. Whatever comes, the next client is served. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ask,
  chat,
  chatBytes,
  open,
  raw,
  received,
  type Rig,
  startRig,
  stopRigs,
} from '../support/endpointRig.js';
import { until } from '../support/until.mjs';
import { hangs, text } from '../support/fakeBackend.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const HEAD = 'POST /api/chat HTTP/1.1\r\nHost: localhost\r\n';
const MIB = 1024 * 1024;

const statusOf = (bytes: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(bytes)?.[1]);

async function assertServing(rig: Rig): Promise<void> {
  assert.equal((await ask(rig, { path: '/api/version' })).body, '{"version":"0.33.0"}');
}

describe('malformed HTTP', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(stopRigs);

  const REFUSED: readonly (readonly [string, string])[] = [
    ['a length and chunks', `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`],
    ['an unknown transfer encoding', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n`],
    ['two lengths', `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a negative length', `${HEAD}Content-Length: -1\r\n\r\n`],
    ['a length with a sign', `${HEAD}Content-Length: +4\r\n\r\n`],
    ['a hexadecimal length', `${HEAD}Content-Length: 0x4\r\n\r\n`],
    ['a chunk without a size', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['a folded header', `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n 2\r\n\r\n`],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n'],
    ['a method in small letters', 'get / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
    ['a NUL in the target', 'GET /api/\0tags HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a NUL as the target', 'GET \0 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['noise', 'hello\r\n\r\n'],
  ];
  for (const [what, bytes] of REFUSED) {
    it(`with ${what} is refused and the connection closed`, async () => {
      const answer = await raw(rig, Buffer.from(bytes, 'latin1'));
      assert.equal(statusOf(answer), 400);
      assert.match(answer, /\r\n\r\n\{"error":"bad request"\}$/);
      await assertServing(rig);
    });
  }

  it('with a huge header is refused', async () => {
    assert.equal(
      statusOf(await raw(rig, `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`)),
      431,
    );
  });

  it('behind a good request does not get into its answer', async () => {
    rig.backend.script = hangs(text('Hel'));
    const socket = await open(rig, chatBytes());
    const answer = received(socket);
    await once(socket, 'data');
    socket.write('\r\n\0\0nonsense\r\n\r\n');
    assert.doesNotMatch(await answer, /400 Bad Request/);
    await until('every chat has ended', () => rig.backend.ended === rig.backend.requests.length);
  });

  it('with an expectation nobody has is refused; with the usual one it is served', async () => {
    const get = 'GET /api/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    assert.equal(statusOf(await raw(rig, `${get}Expect: 999\r\n\r\n`)), 417);
    const answer = await raw(rig, `${get}Expect: 100-continue\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('with a method that nobody has here is told which there are', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'PROPFIND', 'LINK']) {
      const bytes = `${method} /api/chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      const answer = await raw(rig, bytes);
      assert.match(
        answer,
        /^HTTP\/1\.1 405 [^]*\r\nAllow: POST\r\n[^]*\r\n\r\n405 method not allowed$/,
        method,
      );
      // What a TRACE gets is not the request itself, with whatever secrets a proxy put into it.
      assert.doesNotMatch(answer, /Host: localhost/);
    }
    assert.equal(statusOf(await raw(rig, 'BREW /api/chat HTTP/1.1\r\nHost: localhost\r\n\r\n')), 400);
  });

  it('with strange paths is a 404 or a redirect to a path of ours', async () => {
    const redirects = ['//', '//evil.com/%2e%2e', '///api//tags'];
    for (const path of ['/%zz', '/api%2ftags', '/api/../api/tags', '/api/tags;x', '/.', '/api/tags//x']) {
      const reply = await ask(rig, { path });
      assert.ok(reply.status === 404 || reply.status === 307, `${path}: ${reply.status}`);
    }
    for (const path of redirects) {
      const { status, headers } = await ask(rig, { path });
      assert.equal(status, 307);
      assert.match(headers.location ?? '', /^\/(?!\/)/);
    }
  });
});

describe('a body', () => {
  let rig: Rig;
  beforeEach(async () => (rig = await startRig()));
  afterEach(stopRigs);

  it('that is announced as too large is refused before it comes', async () => {
    const socket = await open(rig, `${HEAD}Content-Length: 1000000000000000\r\n\r\n`);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    assert.equal(statusOf(bytes.toString()), 413);
    socket.destroy();
  });

  it('that grows too large is refused while it comes, and the client gets to read why', async () => {
    const chunk = Buffer.alloc(MIB, ' ');
    const socket = await open(rig, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const answer = received(socket);
    for (let sent = 0; sent < 33 && !socket.destroyed; sent += 1) {
      socket.write(`${MIB.toString(16)}\r\n`);
      socket.write(chunk);
      socket.write('\r\n');
    }
    assert.match(await answer, /^HTTP\/1\.1 413 [^]*\{"error":"The request body is larger than 32 MiB\."\}/);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('without end is held no further than its bound, let go of at once, and cut off', async () => {
    const socket = await open(rig, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([
      Buffer.from(`${MIB.toString(16)}\r\n`),
      Buffer.alloc(MIB, ' '),
      Buffer.from('\r\n'),
    ]);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let refusal = '';
    let takenAtRefusal = 0;
    let heldAtRefusal = 0;
    socket.on('data', (bytes: Buffer) => {
      if (refusal === '') {
        takenAtRefusal = socket.bytesWritten - socket.writableLength;
        collectGarbage();
        heldAtRefusal = process.memoryUsage().arrayBuffers - before;
      }
      refusal += bytes.toString();
    });
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    const send = (): void => {
      while (!socket.destroyed && socket.writableLength < MIB) socket.write(chunk);
    };
    socket.on('drain', send);
    send();
    await closed;
    assert.match(refusal, /^HTTP\/1\.1 413 /);
    // What the system itself holds on the way comes on top.
    assert.ok(takenAtRefusal < (32 + 16) * MIB, `${takenAtRefusal} bytes were taken`);
    assert.ok(heldAtRefusal < 8 * MIB, `${heldAtRefusal} bytes were still held`);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('that is too large but ends soon leaves the connection of use', async () => {
    const big = Buffer.alloc(33 * MIB, ' ');
    const bytes = Buffer.concat([
      Buffer.from(`${HEAD}Content-Length: ${big.length}\r\n\r\n`),
      big,
      Buffer.from('GET /api/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    ]);
    const answer = await raw(rig, bytes);
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('of another route may have a megabyte', async () => {
    const padded = (length: number): string => `{"model":"claude-sonnet"}${' '.repeat(length)}`;
    assert.equal((await ask(rig, { path: '/api/show', body: padded(MIB - 100) })).status, 200);
    assert.equal((await ask(rig, { path: '/api/show', body: padded(MIB) })).status, 413);
  });

  it('of many megabytes is read as it is', async () => {
    const image = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(9 * MIB)]).toString(
      'base64',
    );
    const reply = await chat(rig, { messages: [{ role: 'user', content: 'see', images: [image, image] }] });
    assert.equal(reply.status, 200);
    const [part] = rig.backend.requests[0]!.messages[0]!.content;
    assert.ok(part?.type === 'image' && part.mediaType === 'image/png' && part.data === image);
  });

  it('that is not UTF-8 is refused', async () => {
    for (const bytes of ['ff', 'c0af', 'eda080', 'f0']) {
      const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from(bytes, 'hex'), Buffer.from('"}')]);
      const reply = await ask(rig, { path: '/api/chat', body });
      assert.equal(reply.status, 400);
      assert.equal(reply.body, '{"error":"The request body is not valid UTF-8."}');
    }
  });

  it('may come byte by byte', async () => {
    const words = '🦙 naïve';
    const bytes = Buffer.from(
      chatBytes({ messages: [{ role: 'user', content: words }] }).replace(
        '\r\n',
        '\r\nConnection: close\r\n',
      ),
    );
    const socket = await open(rig, '');
    const answer = received(socket);
    socket.setNoDelay(true);
    for (const byte of bytes) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(statusOf(await answer), 200);
    assert.deepEqual(rig.backend.requests[0]?.messages, [
      { role: 'user', content: [{ type: 'text', text: words }] },
    ]);
  });

  it('that is compressed is refused', async () => {
    for (const encoding of ['gzip', 'zstd', 'deflate', 'br', 'gzip, identity']) {
      const reply = await ask(rig, {
        path: '/api/chat',
        body: 'x',
        headers: { 'content-encoding': encoding },
      });
      assert.equal(reply.status, 415);
    }
    assert.equal(
      (
        await ask(rig, {
          path: '/api/show',
          body: '{"model":"sonnet"}',
          headers: { 'content-encoding': 'identity' },
        })
      ).status,
      200,
    );
  });

  it('that would reach into prototypes reaches nothing', async () => {
    const body =
      '{"model":"claude-sonnet","__proto__":{"stream":false,"x":1},"constructor":{"prototype":{"x":1}},"messages":[{"role":"user","content":"hi","__proto__":{"x":1}}],"options":{"__proto__":{"x":1}}}';
    const reply = await ask(rig, { path: '/api/chat', body });
    assert.equal(reply.headers['content-type'], 'application/x-ndjson');
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });
});
