/** Which replies a page may read: those to its own allowed origin, errors included, and never with credentials. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import { DONE, fails, says, text } from '../support/fakeBackend.js';
import { chatHead, head, type Parsed, tags } from './rawRequests.js';
import { type Rig, startRig, stopRigs } from '../support/endpointRig.js';

const ORIGIN = 'app://obsidian.md';
const JSON_BODY = 'Content-Type: application/json';
const PAGE = `Origin: ${ORIGIN}`;

const allowedOrigin = ({ headers }: Parsed): string | undefined => headers.get('access-control-allow-origin');

/** Checks that a reply allows neither every origin nor credentials. */
function assertNoWildcard({ headers }: Parsed): void {
  assert.notEqual(headers.get('access-control-allow-origin'), '*');
  assert.notEqual(headers.get('access-control-allow-headers'), '*');
  assert.notEqual(headers.get('access-control-allow-methods'), '*');
  assert.equal(headers.get('access-control-allow-credentials'), undefined);
  assert.equal(headers.get('access-control-allow-private-network'), undefined);
}

describe('a reply to a web page', () => {
  afterEach(stopRigs);

  it('never allows credentials or every origin', async () => {
    const rig = await startRig({ settings: { allowedOrigins: ['*', 'https://my.app'] } });
    const preflight = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Private-Network: true'];
    for (const origin of [
      ORIGIN,
      'https://my.app',
      'http://localhost:3000',
      'https://evil.com',
      'null',
      '*',
    ]) {
      const line = `Origin: ${origin}`;
      rig.backend.script = says(text('Hello'), DONE);
      assertNoWildcard(await head(rig, 'OPTIONS /api/chat HTTP/1.1', 'Host: localhost', line, ...preflight));
      assertNoWildcard(await tags(rig, 'Host: localhost', line));
      assertNoWildcard(await tags(rig, 'Host: evil.com', line));
      assertNoWildcard(await head(rig, 'GET /nope HTTP/1.1', 'Host: localhost', line));
      assertNoWildcard(await head(rig, 'PUT /api/chat HTTP/1.1', 'Host: localhost', line));
      assertNoWildcard(await chatHead(rig, line, JSON_BODY));
      assertNoWildcard(await chatHead(rig, line, 'Content-Type: text/plain'));
      rig.backend.script = fails(new Error('a defect'));
      assertNoWildcard(await chatHead(rig, line, JSON_BODY));
      rig.backend.script = fails(new Error('a defect'), text('Hel'));
      assertNoWildcard(await chatHead(rig, line, JSON_BODY));
    }
  });

  const FAILURES: readonly (readonly [number, string, (rig: Rig) => void])[] = [
    [403, 'an untrusted folder', failing(new ChatError('untrusted', 'Not trusted.'))],
    [500, 'an internal error', failing(new Error('a defect'))],
    [502, 'a crashed CLI', failing(new ChatError('cliFailed', 'It died.'))],
    [503, 'unavailable models', (rig) => (rig.backend.modelsError = new ChatError('cliMissing', 'None.'))],
  ];
  function failing(error: Error): (rig: Rig) => void {
    return (rig) => {
      rig.backend.script = fails(error);
    };
  }
  for (const [status, what, prepare] of FAILURES) {
    it(`can be read by an allowed page if it is a ${status} for ${what}`, async () => {
      const rig = await startRig();
      prepare(rig);
      const reply = await chatHead(rig, PAGE, JSON_BODY);
      assert.equal(reply.status, status);
      assert.equal(allowedOrigin(reply), ORIGIN);
      assert.equal(reply.headers.get('vary'), 'Origin');
    });
  }

  it('can be read by an allowed page if it is a 401, 404, 405 or 415', async () => {
    const rig = await startRig();
    assert.equal(allowedOrigin(await head(rig, 'GET /nope HTTP/1.1', 'Host: localhost', PAGE)), ORIGIN);
    assert.equal(allowedOrigin(await head(rig, 'PUT /api/chat HTTP/1.1', 'Host: localhost', PAGE)), ORIGIN);
    const form = await chatHead(rig, PAGE, 'Content-Type: application/x-www-form-urlencoded');
    assert.deepEqual([form.status, allowedOrigin(form)], [415, ORIGIN]);
    const guarded = await startRig({ settings: { token: 'x'.repeat(32) } });
    const refused = await chatHead(guarded, PAGE, JSON_BODY);
    assert.deepEqual([refused.status, allowedOrigin(refused)], [401, ORIGIN]);
  });

  it('cannot be read if it refuses the page or its host', async () => {
    const rig = await startRig();
    for (const lines of [
      ['Host: localhost', 'Origin: https://evil.com'],
      ['Host: localhost', 'Origin: null'],
      // An allowed origin does not help with a foreign host, which may be DNS rebinding.
      ['Host: evil.com', PAGE],
      ['Host: localhost/', PAGE],
    ]) {
      const reply = await tags(rig, ...lines);
      assert.ok(reply.status === 403 || reply.status === 400);
      assert.equal(allowedOrigin(reply), undefined);
    }
  });
});
