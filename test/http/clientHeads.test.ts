/** Known clients are not refused: the heads of their requests, with default settings. */
import assert from 'node:assert/strict';
import { CLIENTS, REFUSED_PAGES } from './clientHeads.js';
import { type ClientHeads, type Head, page } from './clientLibraries.js';
import { parse, type Parsed } from './rawRequests.js';
import { raw, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const LANES = ['chat', 'workspace'] as const;
/** The statuses with which the guard and the token check refuse a request. */
const REFUSALS = new Set([400, 401, 403, 413, 415, 431]);
const MIN_CLIENTS = 25;

const BODY = JSON.stringify({
  model: 'claude-sonnet',
  name: 'claude-sonnet',
  messages: USER_HI,
  prompt: 'hi',
  input: 'hi',
  max_tokens: 9,
  stream: true,
});

/** Sends a head unchanged except for `Connection: close`, with a body if it has a `Content-Length`. */
async function send(rig: Rig, head: Head, host: string): Promise<Parsed> {
  const lines = head.map((line) => line.replace('HOST', host).replace('LENGTH', String(BODY.length)));
  const hasBody = head.some((line) => line.endsWith(': LENGTH'));
  const closing = lines.map((line) => line.replace(/^(connection): keep-alive$/i, '$1: close'));
  const closes = closing.some((line) => /^connection: .*close/i.test(line));
  const bytes = [...closing, ...(closes ? [] : ['Connection: close']), '', hasBody ? BODY : ''];
  return parse(await raw(rig, bytes.join('\r\n')));
}

describe('a request with the head of a known client', () => {
  let rig: Rig;
  let sent = 0;
  before(async () => (rig = await startRig({ settings: { lanes: LANES } })));
  after(async () => {
    const run = CLIENTS.filter(({ evidence }) => evidence === 'run').length;
    console.log(
      `    ${sent} heads of ${CLIENTS.length} clients, ${run} of them recorded from a running client: 0 refused`,
    );
    await stopRigs();
  });

  it('is tested for every client with known requests', () => {
    assert.ok(CLIENTS.length >= MIN_CLIENTS);
    assert.equal(new Set(CLIENTS.map(({ client }) => client)).size, CLIENTS.length);
    for (const { client, heads } of CLIENTS)
      assert.ok(
        heads.some(([line = '']) => /chat|generate|responses|messages/.test(line)),
        client,
      );
  });

  const check = async ({ client, heads }: ClientHeads, host: string): Promise<void> => {
    for (const head of heads) {
      const { status, body, headers } = await send(rig, head, host);
      assert.ok(status >= 200 && !REFUSALS.has(status), `${client}, ${head[0]}: ${status} ${body}`);
      assert.ok(status < 400 || status === 404, `${client}, ${head[0]}: ${status} ${body}`);
      const origin = head.find((line) => line.startsWith('Origin: '))?.slice('Origin: '.length);
      assert.equal(headers.get('access-control-allow-origin'), origin, client);
      sent += 1;
    }
  };
  for (const client of CLIENTS) {
    it(`is accepted from ${client.client}, by each loopback name`, async () => {
      for (const host of [`127.0.0.1:${rig.port}`, `localhost:${rig.port}`, `[::1]:${rig.port}`])
        await check(client, host);
    });
  }
});

describe('a web page that is refused by default', () => {
  afterEach(stopRigs);

  for (const { page: name, why, origin, allowedBy } of REFUSED_PAGES) {
    const setting = Object.keys(allowedBy).join();
    it(`is accepted only with ${setting}: ${name}, ${origin}. ${why}`, async () => {
      const own = [`Origin: ${origin}`, 'Content-Type: application/json'] as const;
      const preflight = [`Origin: ${origin}`, 'Access-Control-Request-Method: POST'] as const;
      const strict = await startRig({ settings: { lanes: LANES } });
      for (const head of [
        page('POST /api/chat', ...own),
        page('GET /api/tags', ...own),
        page('OPTIONS /api/chat', ...preflight),
      ]) {
        const reply = await send(strict, head, 'localhost');
        assert.equal(reply.status, 403);
        assert.equal(reply.headers.get('access-control-allow-origin'), undefined);
      }
      assert.deepEqual(strict.backend.requests, []);

      const open = await startRig({ settings: { lanes: LANES, ...allowedBy } });
      const token = allowedBy.token === undefined ? [] : [`Authorization: Bearer ${allowedBy.token}`];
      for (const head of [
        page('POST /api/chat', ...own, ...token),
        page('GET /api/tags', ...own, ...token),
      ]) {
        const reply = await send(open, head, 'localhost');
        assert.equal(reply.status, 200, reply.body);
        assert.equal(reply.headers.get('access-control-allow-origin'), origin);
      }
      assert.equal((await send(open, page('OPTIONS /api/chat', ...preflight), 'localhost')).status, 204);
      assert.equal(open.backend.requests.length, 1);
    });
  }
});
