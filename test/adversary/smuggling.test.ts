/** Request smuggling: where a request ends is ambiguous, and a second request hidden in it must not be served. */
import assert from 'node:assert/strict';
import { ask, raw, type Rig, startRig, stopRigs } from '../support/endpointRig.js';

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const POST = 'POST /api/chat HTTP/1.1\r\nHost: localhost\r\n';
const GET = 'GET /api/version HTTP/1.1\r\nHost: localhost\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

/** Defect → bytes before the hidden request. All are refused. */
const REFUSED: Readonly<Record<string, string>> = {
  'a length and chunks': `${POST}Content-Length: 4\r\n${CHUNKED}\r\n0\r\n\r\n`,
  'chunks and a length': `${POST}${CHUNKED}Content-Length: 4\r\n\r\n0\r\n\r\n`,
  'an unknown coding': `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  'an unknown coding behind chunks': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  'chunks twice': `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
  'chunks in two headers': `${POST}${CHUNKED}Transfer-Encoding: x\r\n\r\n0\r\n\r\n`,
  'a coding with a tab': `${POST}Transfer-Encoding:\tchunked\u000b\r\n\r\n0\r\n\r\n`,
  'a quoted coding': `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`,
  'two lengths': `${POST}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`,
  'two equal lengths': `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`,
  'a list of lengths': `${POST}Content-Length: 0, 0\r\n\r\n`,
  'a negative length': `${POST}Content-Length: -1\r\n\r\n`,
  'a length with a sign': `${POST}Content-Length: +0\r\n\r\n`,
  'a hexadecimal length': `${POST}Content-Length: 0x0\r\n\r\n`,
  'an octal-looking length with a space': `${POST}Content-Length: 0 0\r\n\r\n`,
  'a length that is too large for a number': `${POST}Content-Length: 99999999999999999999\r\n\r\n`,
  'an empty length': `${POST}Content-Length: \r\n\r\n`,
  'a chunk size that is too large': `${POST}${CHUNKED}\r\nffffffffffffffff1\r\n`,
  'a chunk size that is not a number': `${POST}${CHUNKED}\r\nxyz\r\n`,
  'a chunk with a sign': `${POST}${CHUNKED}\r\n+0\r\n\r\n`,
  'a chunk size with 0x': `${POST}${CHUNKED}\r\n0x0\r\n\r\n`,
  'a chunk longer than its size': `${POST}${CHUNKED}\r\n1\r\nabc\r\n0\r\n\r\n`,
  'a chunk whose size ends in a bare line feed': `${POST}${CHUNKED}\r\n0\n\r\n`,
  'a chunk extension with a bare carriage return': `${POST}${CHUNKED}\r\n0;a=\rb\r\n\r\n`,
  'a huge chunk extension': `${POST}${CHUNKED}\r\n0;${'a'.repeat(40_000)}\r\n\r\n`,
  'bare line feeds': 'GET /api/version HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n',
  'a bare carriage return in a header': `${GET}X-A: 1\rX-B: 2\r\n\r\n`,
  'a folded header': `${GET}X-A: 1\r\n Content-Length: 5\r\n\r\n`,
  'a header that begins with a space': `GET /api/version HTTP/1.1\r\n Host: localhost\r\n\r\n`,
  'a space before the colon': `${POST}Content-Length : 0\r\n\r\n`,
  'a NUL in a header': `${GET}X-A: a\u0000b\r\n\r\n`,
  'a NUL in a header’s name': `${GET}X\u0000A: a\r\n\r\n`,
  'a header without a colon': `${GET}X-A\r\n\r\n`,
  'a header without a name': `${GET}: a\r\n\r\n`,
  'a method in lower case': 'get /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'an unknown version': 'GET /api/version HTTP/9.9\r\nHost: localhost\r\n\r\n',
  'a version of two digits': 'GET /api/version HTTP/1.10\r\nHost: localhost\r\n\r\n',
  'no version': 'GET /api/version\r\nHost: localhost\r\n\r\n',
  'a space in the target': 'GET /api/ version HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a TLS ClientHello': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'a PROXY protocol header':
    'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'an absolute target with another host':
    'GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n',
};

/** The hidden request is a part of the body, and is read as such. */
const PART_OF_BODY: Readonly<Record<string, string>> = {
  'a length that covers it': `${POST}Content-Length: ${HIDDEN.length}\r\nConnection: close\r\n\r\n`,
  'a body of GET': `${GET}Content-Length: ${HIDDEN.length}\r\nConnection: close\r\n\r\n`,
  'a chunk that holds it': `${POST}${CHUNKED}Connection: close\r\n\r\n${HIDDEN.length.toString(16)}\r\n`,
  'an upgrade': `${GET}Connection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: ${HIDDEN.length}\r\n\r\n`,
  'a connection that is being closed': `${GET}Connection: close\r\n\r\n`,
};

describe('a request hidden behind another', () => {
  let rig: Rig;
  let counted = 0;
  before(async () => (rig = await startRig()));
  after(async () => {
    console.log(`    ${counted} ways to hide a request: none was served`);
    await stopRigs();
  });

  function assertHidden(): void {
    assert.deepEqual(
      rig.records.filter(({ route }) => route === '/hidden'),
      [],
    );
    assert.deepEqual(rig.backend.requests, []);
    counted += 1;
  }

  for (const [what, bytes] of Object.entries(REFUSED)) {
    it(`is refused together with ${what}`, async () => {
      const answer = await raw(rig, Buffer.from(bytes + HIDDEN, 'latin1'));
      assert.match(answer, /^HTTP\/1\.1 (400|403|413|431) /);
      assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1);
      assertHidden();
      assert.equal((await ask(rig, { path: '/api/version' })).status, 200);
    });
  }

  for (const [what, bytes] of Object.entries(PART_OF_BODY)) {
    it(`is not served behind ${what}`, async () => {
      const answer = await raw(rig, `${bytes}${HIDDEN}\r\n0\r\n\r\n`);
      assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1);
      assertHidden();
      assert.equal((await ask(rig, { path: '/api/version' })).status, 200);
    });
  }
});
