/** Ollama's own command line, with the variable of Connect a Client. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OLLAMA_VERSION } from '../../src/protocol/ollama/models.js';
import { systemOf } from '../standin/server.js';
import { FEATURES } from '../support/clientSuite/features.js';
import { ANSWERS, IMAGE, MODEL, PROMPTS, SYSTEM, UNKNOWN_MODEL } from '../support/clientSuite/inputs.js';
import { recordResults } from '../support/clientSuite/results.js';
import { promptOf, scriptedAnswer } from '../support/clientSuite/scriptedAnswers.js';
import { commandOf } from '../support/connectGuide.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { preparedOrSkip } from '../support/programCache.js';
import { runTool } from '../support/toolchain.js';
import { ollamaProgram } from './ollama.js';
import { openTerminal, type Terminal } from './terminal.js';

describe('the command line of Ollama', function () {
  this.timeout(120_000);
  let program: string;
  let folder: string | undefined;
  let headless: Headless | undefined;
  let terminal: Terminal | undefined;

  before(async function () {
    this.timeout(900_000);
    program = await preparedOrSkip(this, `ollama ${OLLAMA_VERSION}`, ollamaProgram);
    folder = await mkdtemp(join(tmpdir(), 'ollama-home-'));
    headless = await startHeadless({ args: ['--unknown-models', 'reject'], respond: scriptedAnswer });
  });
  afterEach(() => terminal?.kill());
  after(async () => {
    await headless?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  recordResults({ client: '`ollama` command line', api: 'Ollama', version: () => OLLAMA_VERSION });

  const environment = () => ({ ...commandOf('ollama', headless!.url).env, HOME: folder! });
  const ollama = async (...args: readonly string[]): Promise<string> =>
    (await runTool(program, args, { env: environment() })).trim();
  const requestsOf = (name: string) =>
    headless!.standIn.requests.filter((request) => promptOf(request)?.replace(/Next$/, '') === name);

  it('lists models', async () => {
    const models = (await ollama('list')).match(/^claude\S*/gm) ?? [];
    FEATURES.models.verify({ models });
  });

  it('shows a model', async () => {
    const shown = await ollama('show', MODEL);
    assert.match(shown, /context length +\d+/);
    for (const capability of ['completion', 'tools', 'vision', 'thinking'])
      assert.match(shown, new RegExp(capability));
  });

  it('answers', async () => {
    assert.equal(await ollama('run', MODEL, PROMPTS.chat), ANSWERS.chat);
  });

  it('shows thinking', async () => {
    const shown = await ollama('run', MODEL, '--think', PROMPTS.thinking);
    assert.ok(shown.includes(ANSWERS.thoughts) && shown.endsWith(ANSWERS.thinking), shown);
  });

  it('sends an image', async () => {
    const file = join(folder!, 'dot.png');
    await writeFile(file, Buffer.from(IMAGE, 'base64'));
    const shown = await ollama('run', MODEL, `${PROMPTS.image} ${file}`);
    FEATURES.image.verify({ text: shown.split('\n').at(-1)! }, requestsOf('image'));
  });

  it('copies, lists and removes a model', async () => {
    await ollama('cp', MODEL, 'my-copy');
    assert.match(await ollama('list'), /^my-copy:latest/m);
    assert.equal(await ollama('run', 'my-copy', PROMPTS.usage), ANSWERS.usage);
    await ollama('rm', 'my-copy');
    assert.doesNotMatch(await ollama('list'), /my-copy/);
  });

  it('shows running models, stops one and pulls one', async () => {
    assert.match(await ollama('ps'), /claude-sonnet/);
    await ollama('stop', MODEL);
    await ollama('pull', MODEL);
  });

  it('reports an error of the API', async () => {
    await assert.rejects(ollama('run', MODEL, PROMPTS.apiError), /Credit balance is too low/);
  });

  it('reports an unknown model', async () => {
    await assert.rejects(ollama('run', UNKNOWN_MODEL, PROMPTS.unknownModel), /file does not exist|not found/);
  });

  it('continues a conversation in a terminal, with /set system, /clear, /load and Ctrl-C', async function () {
    if (process.platform !== 'linux') {
      console.log('      skipped: the test needs the program "script" of Linux');
      this.skip();
    }
    const before = requestsOf('history').length;
    const { words } = commandOf('ollama', headless!.url);
    terminal = openTerminal([program, ...words.slice(1)].join(' '), environment());
    await terminal.shows('>>>');
    terminal.type(`/set system ${SYSTEM}\r`);
    await terminal.shows('Set system message.');
    terminal.type(`${PROMPTS.history}\r`);
    await terminal.shows(ANSWERS.history);
    await terminal.shows('>>>');
    terminal.type(`${PROMPTS.historyNext}\r`);
    await terminal.shows(ANSWERS.historyNext);
    const requests = requestsOf('history').slice(before);
    FEATURES.history.verify({ text: ANSWERS.historyNext }, requests);
    for (const { body } of requests)
      assert.ok(systemOf(body).includes(SYSTEM) || JSON.stringify(body.messages).includes(SYSTEM));

    await terminal.shows('>>>');
    terminal.type('/clear\r');
    await terminal.shows('Cleared session context');
    terminal.type('/load claude-haiku\r');
    await terminal.shows("Loading model 'claude-haiku'");
    await terminal.shows('>>>');
    terminal.type(`${PROMPTS.cancel}\r`);
    await terminal.shows('a time,');
    terminal.type('\u0003');
    const [story] = requestsOf('cancel');
    assert.match(story?.body.model ?? '', /haiku/);
    assert.equal(await story?.closed, 'client');
    assert.doesNotMatch(JSON.stringify(story?.body.messages), /4711/);
    await terminal.shows('>>>');
    terminal.type('/bye\r');
    assert.equal(await terminal.ended(), 0);
  });
});
