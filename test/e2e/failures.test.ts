import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '../support/until.mjs';
import { errorReply, textReply } from '../standin/server.js';
import { ask, chatOf, firstText, openChat, textOf, type Reply } from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE, isInTable } from '../support/processTable.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const HI = chatOf('hi');

function chat(url: string, body: unknown = HI): Promise<Reply> {
  return ask(url, { path: '/api/chat', body });
}

function errorOf(reply: Reply): string {
  const body = JSON.parse(reply.body) as { error: string };
  assert.deepEqual(Object.keys(body), ['error']);
  return body.error;
}

describe('a chat that fails before it is sent to the API', function () {
  this.timeout(120_000);
  let headless: Headless;

  afterEach(() => headless.stop({ lenient: true }));

  it('gets instructions to sign in when the CLI is not signed in', async () => {
    headless = await startHeadless({ env: { ANTHROPIC_API_KEY: '' } });
    const reply = await chat(headless.url);
    assert.equal(reply.status, 503);
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.match(errorOf(reply), /not signed in.*Run "claude auth login" in a terminal/);
    assert.equal(headless.standIn.requests.length, 0);
    await headless.logged(/\[warn\] \[cli\] not signed in\. Run "claude auth login" in a terminal\./);
  });

  it('gets the reason and the remedy when the CLI cannot be run', async () => {
    headless = await startHeadless({ args: ['--claude', join('no', 'such', 'claude')] });
    const reply = await chat(headless.url);
    assert.equal(reply.status, 503);
    assert.match(errorOf(reply), /no.such.claude", which is not an executable file\. Correct the setting\./);
    assert.equal((await ask(headless.url, { path: '/api/version' })).status, 200);
    const list = await ask(headless.url, { path: '/api/tags' });
    assert.deepEqual([list.status, errorOf(list)], [503, errorOf(reply)]);
    await headless.logged(/\[error\] \[cli\] .*is not an executable file/);
  });

  it('gets the reason when the workspace folder does not exist', async () => {
    headless = await startHeadless({ args: ['--workspace', join('no', 'such', 'folder')] });
    const reply = await chat(headless.url);
    assert.equal(reply.status, 502);
    assert.match(
      errorOf(reply),
      /The folder .*folder no longer exists\. Create it again, or open another one\./,
    );
  });

  it('gets 404 for an unknown model with --unknown-models reject', async () => {
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
    const reply = await chat(headless.url, { model: 'llama3.2', messages: [] });
    assert.deepEqual([reply.status, errorOf(reply)], [404, "model 'llama3.2' not found"]);
    assert.equal(reply.headers['content-type'], JSON_TYPE);
    const show = await ask(headless.url, { path: '/api/show', body: { model: 'llama3.2' } });
    assert.deepEqual([show.status, errorOf(show)], [404, "model 'llama3.2:latest' not found"]);
    headless.standIn.reply(textReply('ok'));
    assert.equal((await chat(headless.url)).status, 200);
  });
});

describe('a chat that fails', function () {
  this.timeout(120_000);
  let headless: Headless;
  let url: string;
  let standIn: Headless['standIn'];

  before(async () => {
    // Keeps the CLI's own retries short.
    headless = await startHeadless({ access: 'baseUrl', env: { CLAUDE_CODE_MAX_RETRIES: '1' } });
    ({ url, standIn } = headless);
  });
  after(() => headless.stop());

  it('gets 429 with Retry-After at the rate limit of the API', async () => {
    standIn.reply(errorReply(429, 'slow down', { 'retry-after': '30' }));
    const reply = await chat(url);
    assert.equal(reply.status, 429);
    assert.match(errorOf(reply), /rate limit is reached\. Try again in \d+ seconds\./);
    const seconds = Number(reply.headers['retry-after']);
    assert.ok(Number.isInteger(seconds) && seconds >= 30 && seconds < 60, String(seconds));
  });

  for (const [status, message, answer, reason] of [
    [400, 'some field is wrong', 400, /some field is wrong/],
    [401, 'invalid x-api-key', 503, /ANTHROPIC_API_KEY: Invalid API key .*Correct ANTHROPIC_API_KEY/],
    [529, 'Overloaded', 503, /Overloaded/],
  ] as const) {
    it(`gets ${answer} with the reason for the API's ${status}, streamed or not`, async () => {
      standIn.reply(errorReply(status, message));
      const streamed = await chat(url);
      assert.equal(streamed.status, answer);
      assert.equal(streamed.headers['content-type'], 'application/json');
      assert.match(errorOf(streamed), reason);
      const whole = await chat(url, chatOf('hi', { stream: false }));
      assert.equal(whole.status, answer);
      assert.equal(whole.headers['content-type'], JSON_TYPE);
      assert.match(errorOf(whole), reason);
    });
  }

  it('ends with an error line, and no end line, when the API fails during the answer', async () => {
    const content = [{ type: 'text', text: 'half' }] as const;
    const broken = {
      kind: 'midStreamError',
      content,
      type: 'overloaded_error',
      message: 'Overloaded',
    } as const;
    standIn.reply(broken, errorReply(529, 'Overloaded'));
    const stream = await openChat(url, HI);
    assert.equal(stream.status, 200);
    const lines = await stream.rest();
    assert.equal(textOf(lines), 'half');
    assert.deepEqual(Object.keys(lines.at(-1) ?? {}), ['error']);
    assert.match(lines.at(-1)?.error ?? '', /Overloaded/);
    assert.ok(lines.every((line) => line.done !== true));
  });

  it('ends with an error line when the CLI is killed, and the next chat is answered', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    standIn.reply(textReply(['half', createLatch().opened, 'never']));
    const stream = await openChat(url, HI);
    assert.equal(await firstText(stream), 'half');
    const killed = childrenIn(headless.environment.workspace, headless.pid);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    const [error, ...more] = await stream.rest();
    assert.deepEqual(more, []);
    assert.deepEqual(error, {
      error: 'The Claude CLI was terminated by SIGKILL before the answer was complete. Try again.',
    });
    await until('the server has reaped the killed processes', () => !killed.some(isInTable));
    standIn.reply(textReply('well again'));
    assert.equal(textOf(await (await openChat(url, HI)).rest()), 'well again');
  });

  it('is answered by the default model for an unknown one, with a warning in the log', async () => {
    standIn.reply(textReply('hello'));
    const lines = await (await openChat(url, chatOf('hi', { model: 'llama3.2' }))).rest();
    assert.deepEqual([textOf(lines), lines[0]?.['model']], ['hello', 'llama3.2']);
    await headless.logged(/\[warn\] #\d+ Unknown model 'llama3\.2': answered by claude:latest/);
  });

  const ollama = (error: string, status = 400) => [status, JSON_TYPE, JSON.stringify({ error })] as const;
  for (const [name, request, expected] of [
    ['an empty body', { path: '/api/chat', body: '' }, ollama('missing request body')],
    ['broken JSON', { path: '/api/chat', body: '{' }, ollama('unexpected EOF')],
    [
      'no JSON at all',
      { path: '/api/chat', body: 'hello' },
      ollama("invalid character 'h' looking for beginning of value"),
    ],
    [
      'a wrong type',
      { path: '/api/chat', body: { model: 1 } },
      ollama('json: cannot unmarshal number into Go struct field ChatRequest.model of type string'),
    ],
    [
      'a list',
      { path: '/api/chat', body: [] },
      ollama('json: cannot unmarshal array into Go value of type api.ChatRequest'),
    ],
    ['no model', { path: '/api/chat', body: { messages: [] } }, ollama('model is required')],
    ['an invalid model name', { path: '/api/chat', body: { model: 'b b!' } }, ollama('invalid model name')],
    [
      'an invalid option',
      { path: '/api/chat', body: chatOf('hi', { options: { temperature: 'hot' } }) },
      ollama('option "temperature" must be of type float32', 500),
    ],
    [
      'an invalid format',
      { path: '/api/chat', body: chatOf('hi', { format: 'xml' }) },
      ollama('invalid format: "\\"xml\\""; expected "json" or a valid JSON Schema object', 500),
    ],
    [
      'an invalid image',
      { path: '/api/chat', body: { model: 'claude', messages: [{ role: 'user', images: ['*'] }] } },
      ollama('illegal base64 data at input byte 0'),
    ],
    ['show without a model', { path: '/api/show', body: {} }, ollama('model is required')],
    ['an unknown path', { path: '/api/nope' }, [404, 'text/plain', '404 page not found']],
    ['a wrong method', { path: '/api/chat' }, [405, 'text/plain', '405 method not allowed']],
  ] as const) {
    it(`gets Ollama's own error for invalid input: ${name}`, async () => {
      const { status, headers, body } = await ask(url, request);
      assert.deepEqual([status, headers['content-type'], body], expected);
    });
  }

  it('does not reach the API with invalid input', async () => {
    const before = standIn.requests.length;
    standIn.reply(textReply('the next one'));
    assert.equal((await chat(url, '{"model":')).status, 400);
    assert.equal(textOf(await (await openChat(url, HI)).rest()), 'the next one');
    assert.equal(standIn.requests.length, before + 1);
  });
});
