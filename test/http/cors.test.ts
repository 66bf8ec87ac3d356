/** What pages may read: never with credentials, never everybody, and errors as well as answers. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import { DONE, fails, says, text } from '../support/fakeBackend.js';
import { chatHead, head, type Parsed, tags } from './heads.js';
import { type Rig, startRig, stopRigs } from '../support/endpointRig.js';

const ORIGIN = 'app://obsidian.md';
const JSON_BODY = 'Content-Type: application/json';
const PAGE = `Origin: ${ORIGIN}`;

const allowed = ({ headers }: Parsed): string | undefined => headers.get('access-control-allow-origin');

/** What no answer to a page has. */
function assertModest({ headers }: Parsed): void {
  assert.notEqual(headers.get('access-control-allow-origin'), '*');
  assert.notEqual(headers.get('access-control-allow-headers'), '*');
  assert.notEqual(headers.get('access-control-allow-methods'), '*');
  assert.equal(headers.get('access-control-allow-credentials'), undefined);
  assert.equal(headers.get('access-control-allow-private-network'), undefined);
}

describe('an answer to a page', () => {
  afterEach(stopRigs);

  it('allows no credentials and not everybody, whatever it is', async () => {
    const rig = await startRig({ settings: { allowedOrigins: ['*', 'https://my.app'] } });
    const asks = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Private-Network: true'];
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
      assertModest(await head(rig, 'OPTIONS /api/chat HTTP/1.1', 'Host: localhost', line, ...asks));
      assertModest(await tags(rig, 'Host: localhost', line));
      assertModest(await tags(rig, 'Host: evil.com', line));
      assertModest(await head(rig, 'GET /nope HTTP/1.1', 'Host: localhost', line));
      assertModest(await head(rig, 'PUT /api/chat HTTP/1.1', 'Host: localhost', line));
      assertModest(await chatHead(rig, line, JSON_BODY));
      assertModest(await chatHead(rig, line, 'Content-Type: text/plain'));
      rig.backend.script = fails(new Error('a defect'));
      assertModest(await chatHead(rig, line, JSON_BODY));
      rig.backend.script = fails(new Error('a defect'), text('Hel'));
      assertModest(await chatHead(rig, line, JSON_BODY));
    }
  });

  const FAILURES: readonly (readonly [number, string, (rig: Rig) => void])[] = [
    [403, 'a folder that is not trusted', failing(new ChatError('untrusted', 'Not trusted.'))],
    [500, 'a defect', failing(new Error('a defect'))],
    [502, 'a CLI that died', failing(new ChatError('cliFailed', 'It died.'))],
    [
      503,
      'models that cannot be had',
      (rig) => (rig.backend.modelsError = new ChatError('cliMissing', 'None.')),
    ],
  ];
  function failing(error: Error): (rig: Rig) => void {
    return (rig) => {
      rig.backend.script = fails(error);
    };
  }
  for (const [status, what, prepare] of FAILURES) {
    it(`can be read when it is a ${status}: ${what}`, async () => {
      const rig = await startRig();
      prepare(rig);
      const reply = await chatHead(rig, PAGE, JSON_BODY);
      assert.equal(reply.status, status);
      assert.equal(allowed(reply), ORIGIN);
      assert.equal(reply.headers.get('vary'), 'Origin');
    });
  }

  it('can be read when it is a 401, a 404, a 405 or a 415', async () => {
    const rig = await startRig();
    assert.equal(allowed(await head(rig, 'GET /nope HTTP/1.1', 'Host: localhost', PAGE)), ORIGIN);
    assert.equal(allowed(await head(rig, 'PUT /api/chat HTTP/1.1', 'Host: localhost', PAGE)), ORIGIN);
    assert.equal(allowed(await chatHead(rig, PAGE, 'Content-Type: text/plain')), ORIGIN);
    const guarded = await startRig({ settings: { token: 'x'.repeat(32) } });
    const refused = await chatHead(guarded, PAGE, JSON_BODY);
    assert.deepEqual([refused.status, allowed(refused)], [401, ORIGIN]);
  });

  it('cannot be read when it is a refusal of that page, or of the host that it thinks it is at', async () => {
    const rig = await startRig();
    for (const lines of [
      ['Host: localhost', 'Origin: https://evil.com'],
      ['Host: localhost', 'Origin: null'],
      // Whoever made that name point here may have made the page, too.
      ['Host: evil.com', PAGE],
      ['Host: localhost/', PAGE],
    ]) {
      const reply = await tags(rig, ...lines);
      assert.ok(reply.status === 403 || reply.status === 400);
      assert.equal(allowed(reply), undefined);
    }
  });
});
