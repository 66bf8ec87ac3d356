/** The token: which requests need it, where it may be, and what happens when it changes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { EndpointSettings } from '../../src/server/server.js';
import { hangs, text } from '../support/fakeBackend.js';
import {
  ask,
  chat,
  chatBytes,
  open,
  post,
  raw,
  received,
  type Reply,
  type Rig,
  startRig,
  stopRigs,
  USER_HI,
} from '../support/endpointRig.js';

const TOKEN = 'fT3x-9_ZqfT3x-9_ZqfT3x-9_ZqfT3x-9_Zq';
const CHAT = { model: 'claude-sonnet', messages: USER_HI, stream: false };

/** Settings that a test changes while the endpoint runs. */
type Changing = { -readonly [K in keyof EndpointSettings]?: EndpointSettings[K] };

const messageOf = (reply: Reply): string => {
  const { error } = JSON.parse(reply.body) as { error: string | { message: string } };
  return typeof error === 'string' ? error : error.message;
};

describe('an endpoint without a token', () => {
  afterEach(stopRigs);

  it('ignores credentials that clients send', async () => {
    const rig = await startRig();
    const sent: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: 'Bearer ollama' },
      { authorization: 'Basic eDp5' },
      { 'x-api-key': '' },
      { 'x-api-key': 'sk-1' },
    ];
    for (const headers of sent) {
      assert.equal((await ask(rig, { path: '/api/tags', headers })).status, 200);
      assert.equal((await post(rig, '/api/chat', CHAT, headers)).status, 200);
    }
    assert.equal((await ask(rig, { path: '/t/left-over/api/tags' })).status, 200);
  });
});

describe('an endpoint with a token', () => {
  let rig: Rig;
  const settings: Changing = {};
  beforeEach(async () => {
    settings.token = TOKEN;
    rig = await startRig({ settings });
  });
  afterEach(stopRigs);

  const WRONG: Record<string, string>[] = [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ollama' },
    { authorization: TOKEN },
    { authorization: `Basic ${TOKEN}` },
    { authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Bearer ${TOKEN.toLowerCase()}` },
    { 'x-api-key': '' },
    { 'x-api-key': `${TOKEN.slice(0, -1)}p` },
  ];

  it('refuses every request without it, with the error of each API', async () => {
    for (const headers of WRONG) {
      for (const path of ['/api/chat', '/v1/chat/completions', '/v1/messages', '/api/show', '/nope']) {
        const reply = await post(rig, path, CHAT, headers);
        assert.equal(reply.status, 401, path);
        assert.equal(reply.headers['www-authenticate'], 'Bearer');
        assert.match(messageOf(reply), /requires a token/);
        assert.doesNotMatch(reply.body, /signin_url/);
      }
      for (const path of ['/api/tags', '/api/version', '/api/ps', '/v1/models', '/nope', '//api/tags']) {
        assert.equal((await ask(rig, { path, headers })).status, 401, path);
      }
    }
    const openai = JSON.parse((await post(rig, '/v1/chat/completions', CHAT)).body) as { error: object };
    assert.deepEqual(Object.keys(openai.error), ['message', 'type', 'param', 'code']);
    const anthropic = JSON.parse((await post(rig, '/v1/messages', CHAT)).body) as Record<string, unknown>;
    assert.equal(anthropic['type'], 'error');
    assert.equal((anthropic['error'] as { type: string }).type, 'authentication_error');
    assert.deepEqual(rig.backend.requests, []);
  });

  it('accepts it in each of its places', async () => {
    const places: (readonly [string, Record<string, string>])[] = [
      ['', { authorization: `Bearer ${TOKEN}` }],
      ['', { authorization: `bearer ${TOKEN}` }],
      ['', { authorization: `BEARER  ${TOKEN}` }],
      ['', { 'x-api-key': TOKEN }],
      ['', { 'x-api-key': TOKEN, authorization: 'Bearer ollama' }],
      [`/t/${TOKEN}`, {}],
      [`/t/${TOKEN}`, { authorization: 'Bearer ollama', 'x-api-key': 'none' }],
      [`/t/${TOKEN}/`, {}],
    ];
    for (const [prefix, headers] of places) {
      assert.equal((await ask(rig, { path: `${prefix}/api/tags`, headers })).status, 200);
      assert.equal((await ask(rig, { path: `${prefix}/v1/models/claude-sonnet`, headers })).status, 200);
      assert.equal((await post(rig, `${prefix}/api/chat`, CHAT, headers)).status, 200);
      assert.equal((await post(rig, `${prefix}/v1/chat/completions`, CHAT, headers)).status, 200);
    }
    assert.equal(rig.backend.requests.length, places.length * 2);
  });

  it('refuses a wrong token in the path', async () => {
    for (const token of ['wrong', TOKEN.slice(0, -1), `${TOKEN}x`, '', '%', '..']) {
      assert.equal((await ask(rig, { path: `/t/${token}/api/tags` })).status, 401, token);
    }
  });

  it('needs none for GET / and OPTIONS', async () => {
    for (const method of ['GET', 'HEAD']) assert.equal((await ask(rig, { method, path: '/' })).status, 200);
    assert.equal((await ask(rig, { method: 'OPTIONS', path: '/api/chat' })).status, 204);
    const headers = { origin: 'app://obsidian.md', 'access-control-request-method': 'POST' };
    const reply = await ask(rig, { method: 'OPTIONS', path: '/api/chat', headers });
    assert.equal(reply.status, 204);
    assert.equal(reply.headers['access-control-allow-origin'], 'app://obsidian.md');
  });

  it("refuses Ollama's own program and a real Ollama with 403, because they hide the message of a 401", async () => {
    const headers = { 'user-agent': 'ollama/0.34.4 (amd64 linux) Go/go1.26.0' };
    for (const path of ['/api/chat', '/api/generate']) {
      const reply = await post(rig, path, CHAT, headers);
      assert.equal(reply.status, 403);
      assert.match(messageOf(reply), /append \/t\/TOKEN to OLLAMA_HOST/);
      assert.equal(reply.headers['www-authenticate'], undefined);
    }
    assert.equal((await post(rig, `/t/${TOKEN}/api/chat`, CHAT, headers)).status, 200);
  });

  it('lets an allowed page read the 401', async () => {
    const reply = await ask(rig, { path: '/api/tags', headers: { origin: 'http://localhost:3000' } });
    assert.equal(reply.status, 401);
    assert.equal(reply.headers['access-control-allow-origin'], 'http://localhost:3000');
  });

  it('refuses a foreign host or origin even with the token', async () => {
    const authorization = `Bearer ${TOKEN}`;
    for (const headers of [
      { host: 'evil.com', authorization },
      { origin: 'https://evil.com', authorization },
      { origin: 'null', authorization },
    ]) {
      assert.equal((await ask(rig, { path: '/api/tags', headers })).status, 403);
      assert.equal((await ask(rig, { path: `/t/${TOKEN}/api/tags`, headers })).status, 403);
    }
  });

  it('accepts local pages with the workspace lane', async () => {
    settings.lanes = ['chat', 'workspace'];
    const origin = 'http://localhost:3000';
    const page = (headers: object): Promise<Reply> =>
      ask(rig, { path: '/api/tags', headers: { origin, ...headers } });
    assert.equal((await page({ authorization: `Bearer ${TOKEN}` })).status, 200);
    assert.equal((await page({})).status, 401);
    settings.token = undefined;
    assert.equal((await page({})).status, 403);
    settings.lanes = ['chat'];
  });

  it('keeps it in the path of a redirect', async () => {
    const reply = await ask(rig, { path: `/t/${TOKEN}/api//tags` });
    assert.equal(reply.status, 307);
    assert.equal(reply.headers.location, `/t/${TOKEN}/api/tags`);
  });

  it('applies a new token immediately, also on open connections, while running chats continue', async () => {
    rig.backend.script = hangs(text('Hel'));
    const authorization = `Authorization: Bearer ${TOKEN}\r\n`;
    const running = await open(rig, chatBytes().replace('Host:', `${authorization}Host:`));
    await once(running, 'data');
    let keptAlive = await open(rig, '');
    const version = async (): Promise<string> => {
      keptAlive.write(`GET /api/version HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n`);
      const [bytes] = (await once(keptAlive, 'data')) as [Buffer];
      return bytes.toString().slice(9, 12);
    };
    assert.equal(await version(), '200');
    settings.token = 'another-one-another-one-another-1';
    assert.equal(await version(), '401');
    // A refused client loses its connection.
    await once(keptAlive, 'close');
    assert.equal((await chat(rig)).status, 401);
    settings.token = undefined;
    keptAlive = await open(rig, '');
    assert.equal(await version(), '200');
    keptAlive.destroy();
    const rest = received(running);
    assert.equal(rig.backend.ended, 0);
    await rig.endpoint.stop();
    assert.match(await rest, /The server is stopping/);
  });

  it('never shows it in a reply, record or line of the log', async () => {
    rig.backend.script = hangs(text('Hel'));
    const answers: string[] = [];
    const lines = (path: string, ...more: string[]): string =>
      [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...more, '', ''].join('\r\n');
    for (const path of [
      '/',
      '/api/tags',
      '/api/version',
      '/v1/models',
      '/nope',
      '/api/chat',
      '/api/tags/x',
    ]) {
      for (const place of ['', `/t/${TOKEN}`, `//t/${TOKEN}`, `/x/t/${TOKEN}`]) {
        answers.push(
          (await raw(rig, lines(`${place}${path}`))).replace(/^Location: .*$/m, ''),
          await raw(rig, lines(path, `Authorization: Bearer ${TOKEN}`, `User-Agent: a /t/${TOKEN}/`)),
          await raw(rig, lines(`${place}${path}`, `X-Api-Key: ${TOKEN}`, `Origin: http://${TOKEN}`)),
        );
      }
    }
    const model = { model: TOKEN, messages: USER_HI };
    const asked = await post(rig, '/api/show', model, { 'x-api-key': TOKEN });
    assert.equal(asked.status, 404);
    assert.doesNotMatch(answers.join('\n'), new RegExp(TOKEN));
    assert.doesNotMatch(JSON.stringify(rig.records) + rig.lines.join('\n'), new RegExp(TOKEN));
    assert.ok(rig.records.some(({ route }) => route === '/api/tags'));
  });
});
