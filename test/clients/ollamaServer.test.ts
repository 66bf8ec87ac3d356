/** Claude behind a real Ollama, as the guide "Another Ollama" registers it. Needs the program that `npm run golden` builds. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { textReply, toolReply } from '../standin/server.js';
import { snippetOf } from '../support/connectGuide.js';
import { findOllama, startOllama, type RunningOllama } from '../support/golden/ollama.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { ask, openChat, textOf } from '../support/httpClient.js';

const TOKEN = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4';
const HI = [{ role: 'user', content: 'hi' }];
const MODEL = 'claude-sonnet';

/** Runs the first command of the guide, for this other Ollama. */
async function register(ollama: RunningOllama, url: string, token?: string): Promise<void> {
  const command = snippetOf('ollama-server', url, token === undefined ? {} : { token });
  const { host } = new URL(ollama.url);
  const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('127.0.0.1:11435', host)]);
  assert.equal(stdout, '{"status":"success"}');
}

describe('a real Ollama with models of this server', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  let headless: Headless | undefined;
  let ollama: RunningOllama;

  before(async function () {
    const file = findOllama();
    if (file === undefined || process.platform === 'win32') {
      console.log(
        '      skipped, because there is no Ollama program: run "npm run golden", or set OLLAMA_BINARY',
      );
      return this.skip();
    }
    ollama = await startOllama(file);
  });
  after(async () => {
    await ollama?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await headless?.stop();
    headless = undefined;
  });

  async function start(...args: string[]): Promise<Headless> {
    headless = await startHeadless({ args });
    return headless;
  }

  it('lists and shows them, and answers in its program', async () => {
    const { url, standIn } = await start();
    await register(ollama, url);
    assert.match(await ollama.run('list'), /claude-sonnet:latest/);
    assert.match(await ollama.run('show', MODEL), /context length +200000[^]*tools[^]*vision/);
    standIn.reply(textReply('Because of Rayleigh.'));
    const answer = await ollama.run('run', MODEL, 'Why is the sky blue?');
    assert.match(stripVTControlCharacters(answer), /Because of Rayleigh\./);
    assert.match(standIn.requests.at(-1)?.raw ?? '', /Why is the sky blue\?/);
  });

  it('answers on all APIs, with the tools of the client', async () => {
    const { url, standIn } = await start();
    await register(ollama, url);
    standIn.reply(textReply('one'));
    const lines = await (await openChat(ollama.url, { model: MODEL, messages: HI })).rest();
    assert.equal(textOf(lines), 'one');
    assert.equal(lines.at(-1)?.['remote_model'], MODEL);
    standIn.reply(textReply('two'));
    const body = { model: MODEL, messages: HI };
    assert.match((await ask(ollama.url, { path: '/v1/chat/completions', body })).body, /"content":"two"/);
    standIn.reply(textReply('three'));
    const limited = { ...body, max_tokens: 5_000 };
    assert.match((await ask(ollama.url, { path: '/v1/messages', body: limited })).body, /"text":"three"/);
    standIn.reply(toolReply({ id: 'toolu_1', name: 'look', input: { at: 'Oslo' } }));
    const tools = [
      {
        type: 'function',
        function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } },
      },
    ];
    const called = await (await openChat(ollama.url, { ...body, tools })).rest();
    const [call] = called.flatMap(({ message }) => message?.tool_calls ?? []);
    assert.deepEqual([call?.function.name, call?.function.arguments], ['look', { at: 'Oslo' }]);
  });

  it('shows the reason if the token is missing, and answers with the token in the address', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, TOKEN, { mode: 0o600 });
    const { url, standIn } = await start('--token-file', file);
    await register(ollama, url);
    const refused = await ask(ollama.url, { path: '/api/chat', body: { model: MODEL, messages: HI } });
    assert.equal(refused.status, 403);
    assert.match(refused.body, /requires a token.*\/t\/TOKEN/);
    await register(ollama, url, TOKEN);
    standIn.reply(textReply('yes'));
    assert.equal(textOf(await (await openChat(ollama.url, { model: MODEL, messages: HI })).rest()), 'yes');
  });
});
