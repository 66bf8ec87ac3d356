/** The log and the records contain no secrets, and requests cannot forge or extend their lines. */
import assert from 'node:assert/strict';
import { formatRecord } from '../../src/server/server.js';
import { fails } from '../support/fakeBackend.js';
import { ChatError } from '../../src/core/errors.js';
import { ask, post, raw, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const KEY = 'sk-ant-api03-Zm9vYmFyYmF6cXV4';
const SESSION = 'c2Vzc2lvbi1vZi1zb21lYm9keQ';
const FAKE_LINE = '2026-01-01 00:00:00 [error] all is lost';
/** Line ends, terminal escapes and characters that change the text direction. */
const CONTROL_TEXTS = [
  '\r\n',
  '\n',
  '\r',
  '\u001b[2J',
  '\u009b31m',
  '\0',
  '\u0007',
  '\u2028',
  '\u0085',
  '\u202e',
  '\u2066',
];
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const loggedLines = (rig: Rig): string[] => [...rig.lines, ...rig.records.map(formatRecord)];

describe('the log', () => {
  let rig: Rig;
  beforeEach(
    async () =>
      (rig = await startRig({ settings: { names: { defaultModel: '', unknown: 'default', aliases: {} } } })),
  );
  afterEach(stopRigs);

  it('contains no forged line from a body or path', async () => {
    for (const control of CONTROL_TEXTS) {
      const name = `x${control}${FAKE_LINE}`;
      await post(rig, '/api/show', { model: name });
      await post(rig, '/api/chat', { model: name, messages: [{ role: 'user', content: name }] });
      await post(rig, '/v1/chat/completions', { model: name, messages: USER_HI });
      await post(rig, '/v1/messages', { model: name, max_tokens: 1, messages: USER_HI });
      await post(rig, '/api/delete', { model: name });
      await ask(rig, { path: `/${encodeURIComponent(name)}` });
      await ask(rig, { path: `/v1/models/${encodeURIComponent(name)}` });
      rig.backend.script = fails(new ChatError('cliFailed', name));
      await post(rig, '/api/chat', { model: 'sonnet', messages: USER_HI });
    }
    assert.ok(rig.records.length > CONTROL_TEXTS.length * 6);
    for (const line of loggedLines(rig)) assert.doesNotMatch(line, CONTROL_CHARACTERS);
  });

  it('contains no forged line from a header', async () => {
    const text = Buffer.from('x\u009b31m\u0085y', 'latin1').toString('latin1');
    for (const name of ['User-Agent', 'Origin', 'Host', 'Referer', 'Authorization']) {
      const host = name === 'Host' ? '' : 'Host: localhost\r\n';
      const head = `GET /api/tags HTTP/1.1\r\n${host}${name}: ${text}\r\nConnection: close\r\n\r\n`;
      await raw(rig, Buffer.from(head, 'latin1'));
    }
    assert.equal(rig.records.length, 5);
    for (const line of loggedLines(rig)) assert.doesNotMatch(line, CONTROL_CHARACTERS);
  });

  it('limits the length of a line', async () => {
    await post(rig, '/api/show', { model: 'x'.repeat(100_000) });
    await ask(rig, { path: `/${'y'.repeat(8_000)}`, headers: { 'user-agent': 'z'.repeat(4_000) } });
    for (const line of loggedLines(rig)) assert.ok(line.length < 1_000, `${line.length} characters`);
  });

  it('contains no secret from a header, path, body or error', async () => {
    const headers = {
      authorization: `Bearer ${SESSION}`,
      'x-api-key': KEY,
      cookie: `session=${SESSION}`,
      'user-agent': `x ${KEY}`,
      origin: `http://${SESSION}/t/${SESSION}`,
    };
    for (const path of ['/api/tags', `/t/${SESSION}/api/tags`, `/nope/${KEY}`, `/v1/models/${KEY}`]) {
      await ask(rig, { path, headers: { ...headers, origin: 'null' } });
      const { origin, ...rest } = headers;
      assert.ok(origin !== '');
      await ask(rig, { path, headers: rest });
    }
    const content = `Authorization: Bearer ${SESSION}\nCookie: a=${SESSION}\nkey ${KEY}, http://localhost:1/t/${SESSION}/v1`;
    await post(rig, '/api/chat', { model: KEY, messages: [{ role: 'user', content }] });
    rig.backend.script = fails(new ChatError('cliFailed', `the API refused ${KEY}`));
    await post(rig, '/api/chat', { model: 'sonnet', messages: USER_HI });
    rig.backend.script = fails(new TypeError(`x-api-key: ${KEY}`));
    await post(rig, '/api/chat', { model: 'sonnet', messages: USER_HI });
    assert.ok(rig.lines.some((line) => line.startsWith('trace')));
    for (const line of loggedLines(rig)) {
      assert.ok(!line.includes(KEY), line);
      assert.ok(!line.includes(SESSION), line);
    }
  });

  it('contains prompts only at trace', async () => {
    const canary = 'the-blue-canary';
    await post(rig, '/api/chat', {
      model: 'unknown',
      system: canary,
      messages: [{ role: 'user', content: canary }],
    });
    const lines = loggedLines(rig).filter((line) => line.includes(canary));
    assert.ok(lines.length > 0 && lines.every((line) => line.startsWith('trace ')), lines.join('\n'));
  });
});
