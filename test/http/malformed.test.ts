/** Malformed and unusual requests. The server stays available after each of them. */
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
  assert.equal((await ask(rig, { path: '/api/version' })).body, '{"version":"0.34.4"}');
}

describe('an HTTP request', () => {
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
    it(`with ${what} returns 400 and closes the connection`, async () => {
      const answer = await raw(rig, Buffer.from(bytes, 'latin1'));
      assert.equal(statusOf(answer), 400);
      assert.match(answer, /\r\n\r\n\{"error":"bad request"\}$/);
      await assertServing(rig);
    });
  }

  it('with a huge header returns 431', async () => {
    assert.equal(
      statusOf(await raw(rig, `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(66_000)}\r\n\r\n`)),
      431,
    );
  });

  it('that is malformed does not interfere with the reply to the previous one', async () => {
    rig.backend.script = hangs(text('Hel'));
    const socket = await open(rig, chatBytes());
    const answer = received(socket);
    await once(socket, 'data');
    socket.write('\r\n\0\0nonsense\r\n\r\n');
    assert.doesNotMatch(await answer, /400 Bad Request/);
    await until('every chat has ended', () => rig.backend.ended === rig.backend.requests.length);
  });

  it('with an unknown Expect header returns 417; 100-continue is supported', async () => {
    const get = 'GET /api/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    assert.equal(statusOf(await raw(rig, `${get}Expect: 999\r\n\r\n`)), 417);
    const answer = await raw(rig, `${get}Expect: 100-continue\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('with an unsupported method returns 405 with the allowed methods', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'PROPFIND', 'LINK']) {
      const bytes = `${method} /api/chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      const answer = await raw(rig, bytes);
      assert.match(
        answer,
        /^HTTP\/1\.1 405 [^]*\r\nAllow: POST\r\n[^]*\r\n\r\n405 method not allowed$/,
        method,
      );
      // TRACE must not echo the request, which may contain secrets that a proxy added.
      assert.doesNotMatch(answer, /Host: localhost/);
    }
    assert.equal(statusOf(await raw(rig, 'BREW /api/chat HTTP/1.1\r\nHost: localhost\r\n\r\n')), 400);
  });

  it('with an unusual path returns 404 or a redirect to a path on this server', async () => {
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

describe('a request body', () => {
  let rig: Rig;
  beforeEach(async () => (rig = await startRig()));
  afterEach(stopRigs);

  it('with too large a Content-Length is refused before it is read', async () => {
    const socket = await open(rig, `${HEAD}Content-Length: 1000000000000000\r\n\r\n`);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    assert.equal(statusOf(bytes.toString()), 413);
    socket.destroy();
  });

  it('that becomes too large is refused during the upload, with a readable error', async () => {
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

  it('without end is buffered only up to the limit, then discarded and cut off', async () => {
    const socket = await open(rig, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([
      Buffer.from(`${MIB.toString(16)}\r\n`),
      Buffer.alloc(MIB, ' '),
      Buffer.from('\r\n'),
    ]);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let refusal = '';
    socket.on('data', (bytes: Buffer) => (refusal += bytes.toString()));
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    const fill = (): void => {
      while (!socket.destroyed && socket.writableLength < MIB) socket.write(chunk);
    };
    const refused = once(socket, 'data');
    socket.on('drain', fill);
    fill();
    await refused;
    socket.off('drain', fill);
    const receivedBytes = socket.bytesWritten - socket.writableLength;
    // The buffers of the operating system are additional.
    assert.ok(receivedBytes < (32 + 16) * MIB, `${receivedBytes} bytes were received`);
    const held = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - before;
    };
    await until('the body is released', held, { fits: (bytes) => bytes < 8 * MIB });
    socket.on('drain', fill);
    fill();
    await closed;
    assert.match(refusal, /^HTTP\/1\.1 413 /);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('that is too large but ends soon keeps the connection usable', async () => {
    const big = Buffer.alloc(33 * MIB, ' ');
    const bytes = Buffer.concat([
      Buffer.from(`${HEAD}Content-Length: ${big.length}\r\n\r\n`),
      big,
      Buffer.from('GET /api/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    ]);
    const answer = await raw(rig, bytes);
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('of a route without chats may have 1 MiB', async () => {
    const padded = (length: number): string => `{"model":"claude-sonnet"}${' '.repeat(length)}`;
    assert.equal((await ask(rig, { path: '/api/show', body: padded(MIB - 100) })).status, 200);
    assert.equal((await ask(rig, { path: '/api/show', body: padded(MIB) })).status, 413);
  });

  it('of many megabytes is read unchanged', async () => {
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

  it('may arrive byte by byte', async () => {
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

  it('with a Content-Encoding is refused on Ollama’s routes', async () => {
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

  it('with field names of prototypes changes no prototype', async () => {
    const body =
      '{"model":"claude-sonnet","__proto__":{"stream":false,"x":1},"constructor":{"prototype":{"x":1}},"messages":[{"role":"user","content":"hi","__proto__":{"x":1}}],"options":{"__proto__":{"x":1}}}';
    const reply = await ask(rig, { path: '/api/chat', body });
    assert.equal(reply.headers['content-type'], 'application/x-ndjson');
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });
});
