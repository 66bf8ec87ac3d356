/** Nobody who is meant to come in is refused: the heads of real clients, against the settings that people begin with. */
import assert from 'node:assert/strict';
import { CLIENTS, REFUSED_PAGES } from './clientHeads.js';
import { type ClientHeads, type Head, page } from './clientLibraries.js';
import { parse, type Parsed } from './heads.js';
import { raw, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const LANES = ['chat', 'workspace'] as const;
/** What the guard and the token answer with. */
const REFUSALS = new Set([400, 401, 403, 413, 415, 431]);
const FEWEST_CLIENTS = 25;

const BODY = JSON.stringify({
  model: 'claude-sonnet',
  name: 'claude-sonnet',
  messages: USER_HI,
  prompt: 'hi',
  input: 'hi',
  max_tokens: 9,
  stream: true,
});

/** Sends a head as it is, in its order and letters, with a body where it says so; and asks for the connection’s end. */
async function send(rig: Rig, head: Head, host: string): Promise<Parsed> {
  const lines = head.map((line) => line.replace('HOST', host).replace('LENGTH', String(BODY.length)));
  const hasBody = head.some((line) => line.endsWith(': LENGTH'));
  const closing = lines.map((line) => line.replace(/^(connection): keep-alive$/i, '$1: close'));
  const closes = closing.some((line) => /^connection: .*close/i.test(line));
  const bytes = [...closing, ...(closes ? [] : ['Connection: close']), '', hasBody ? BODY : ''];
  return parse(await raw(rig, bytes.join('\r\n')));
}

describe('the heads of real clients', () => {
  let rig: Rig;
  let sent = 0;
  before(async () => (rig = await startRig({ settings: { lanes: LANES } })));
  after(async () => {
    const run = CLIENTS.filter(({ evidence }) => evidence === 'run').length;
    console.log(`    ${sent} heads of ${CLIENTS.length} clients, ${run} of which were run: 0 refused`);
    await stopRigs();
  });

  it('are those of all whose requests are known', () => {
    assert.ok(CLIENTS.length >= FEWEST_CLIENTS);
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
    it(`of ${client.client} get in, by each name of this machine`, async () => {
      for (const host of [`127.0.0.1:${rig.port}`, `localhost:${rig.port}`, `[::1]:${rig.port}`])
        await check(client, host);
    });
  }
});

describe('pages that are refused on purpose', () => {
  afterEach(stopRigs);

  for (const { page: whose, why, origin, letIn } of REFUSED_PAGES) {
    const by = Object.keys(letIn).join();
    it(`come in by ${by} only: ${whose}, ${origin}. ${why}`, async () => {
      const own = [`Origin: ${origin}`, 'Content-Type: application/json'] as const;
      const asked = [`Origin: ${origin}`, 'Access-Control-Request-Method: POST'] as const;
      const strict = await startRig({ settings: { lanes: LANES } });
      for (const head of [
        page('POST /api/chat', ...own),
        page('GET /api/tags', ...own),
        page('OPTIONS /api/chat', ...asked),
      ]) {
        const reply = await send(strict, head, 'localhost');
        assert.equal(reply.status, 403);
        assert.equal(reply.headers.get('access-control-allow-origin'), undefined);
      }
      assert.deepEqual(strict.backend.requests, []);

      const open = await startRig({ settings: { lanes: LANES, ...letIn } });
      const token = letIn.token === undefined ? [] : [`Authorization: Bearer ${letIn.token}`];
      for (const head of [
        page('POST /api/chat', ...own, ...token),
        page('GET /api/tags', ...own, ...token),
      ]) {
        const reply = await send(open, head, 'localhost');
        assert.equal(reply.status, 200, reply.body);
        assert.equal(reply.headers.get('access-control-allow-origin'), origin);
      }
      assert.equal((await send(open, page('OPTIONS /api/chat', ...asked), 'localhost')).status, 204);
      assert.equal(open.backend.requests.length, 1);
    });
  }
});
