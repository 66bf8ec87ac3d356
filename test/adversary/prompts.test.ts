/** Prompts reach the model byte for byte, and nothing in them is executed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openChat, textOf as answerText } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { textOf, textReply, toolReply, type ApiMessage, type StandInRequest } from '../standin/server.js';
import { promptCorpus } from './promptCorpus.js';
import { codeSamples } from './promptCorpusCode.js';

const CANARY = 'canary-of-a-file-3b9e';
const MIN_PROMPTS = 200;
/** Code samples from packages. */
const SAMPLES = process.env['SOAK'] === '1' ? 200 : 100;
/** Conversations at the same time, each in its own CLI process. */
const CONVERSATIONS = 3;
const SETTINGS = '{"cleanupPeriodDays":30}\n';
const LOOK_TOOL = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: {} } };

describe('prompts', function () {
  this.timeout(180_000);
  let headless: Headless;
  let prompts: string[];
  /** All requests to the API, in order. */
  const requests: StandInRequest[] = [];

  before(async () => {
    headless = await startHeadless({
      respond(request) {
        requests.push(request);
        return textReply('ok');
      },
    });
    const { root, workspace } = headless.environment;
    const folder = join(root, 'far');
    await mkdir(folder);
    const far = join(folder, 'secret.txt');
    const near = 'secret.txt';
    for (const file of [far, join(workspace, near), join(root, 'home', near)])
      await writeFile(file, `${CANARY}\n`);
    await writeFile(join(root, 'config', 'settings.json'), SETTINGS);
    await mkdir(join(root, 'home', '.claude'));
    await writeFile(join(root, 'home', '.claude', 'settings.json'), SETTINGS);
    prompts = promptCorpus({ near, far, folder });
    assert.ok(prompts.length >= MIN_PROMPTS, `only ${prompts.length} prompts`);
  });
  after(() => headless.stop());

  async function ask(messages: readonly object[], more: object = {}): Promise<string> {
    const stream = await openChat(headless.url, { model: 'claude-sonnet', messages, ...more });
    assert.equal(stream.status, 200);
    const lines = await stream.rest();
    assert.equal(lines.at(-1)?.done, true);
    return answerText(lines);
  }

  /** The text blocks of all messages with that role. */
  function textsOf(request: StandInRequest, role: string): string[] {
    return request.body.messages.filter((message) => message.role === role).flatMap(partsOf);
  }

  /** Sends all prompts as questions. @returns the last user text of each request to the API */
  async function askAll(all: readonly string[]): Promise<string[]> {
    const share = Math.ceil(all.length / CONVERSATIONS);
    const before = requests.length;
    const shares = Array.from({ length: CONVERSATIONS }, (_, n) => all.slice(n * share, (n + 1) * share));
    await Promise.all(
      shares.map(async (contents) => {
        const messages: object[] = [];
        for (const content of contents) {
          messages.push({ role: 'user', content });
          assert.equal(await ask(messages), 'ok', content);
          messages.push({ role: 'assistant', content: 'ok' });
        }
      }),
    );
    return requests.slice(before).map((request) => textsOf(request, 'user').at(-1) ?? '');
  }

  it('reach the model unchanged as questions, with one request each', async () => {
    const last = await askAll(prompts);
    assert.deepEqual([...last].sort(), [...prompts].sort());
    console.log(`    ${last.length} prompts, each in 1 request, all unchanged`);
  });

  it('reach the model unchanged if they are code with @, from many packages', async () => {
    const samples = await codeSamples(SAMPLES);
    const texts = samples.map(({ text }) => text);
    assert.equal(new Set(texts).size, SAMPLES);
    for (const kind of ['email', 'types', 'scope', 'leading', 'tag', 'other']) {
      const ofKind = samples.filter((sample) => sample.kind === kind);
      assert.ok(ofKind.length >= SAMPLES / 10, `too few of ${kind}`);
    }
    const last = await askAll(texts);
    assert.deepEqual([...last].sort(), [...texts].sort());
    const files = new Set(samples.map(({ file }) => file)).size;
    console.log(`    ${last.length} samples of ${files} files, each in 1 request, all unchanged`);
  });

  it('reach the model unchanged as history and system prompt', async () => {
    const system = prompts.join('\n');
    const messages = [
      { role: 'system', content: system },
      ...prompts.flatMap((content) => [
        { role: 'user', content },
        { role: 'assistant', content },
      ]),
      { role: 'user', content: 'end' },
    ];
    const before = requests.length;
    assert.equal(await ask(messages), 'ok');
    const [request, ...more] = requests.slice(before);
    assert.deepEqual(more, []);
    assert.ok(request);
    assert.deepEqual(textsOf(request, 'user'), [...prompts, 'end']);
    assert.deepEqual(textsOf(request, 'assistant'), prompts);
    const blocks = request.body.system as readonly { readonly text: string }[];
    assert.ok(blocks.some(({ text }) => text === system));
    console.log(`    ${prompts.length * 3} prompts as history and system prompt, 1 request`);
  });

  it('reach the model unchanged as tool results and tool arguments', async () => {
    const messages = prompts.flatMap((content, n) => [
      { role: 'user', content: `call ${n}` },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'look', arguments: { at: content } } }],
      },
      { role: 'tool', content, tool_name: 'look' },
      { role: 'assistant', content: 'seen' },
    ]);
    const before = requests.length;
    assert.equal(await ask([...messages, { role: 'user', content: 'end' }], { tools: [LOOK_TOOL] }), 'ok');
    const [request, ...more] = requests.slice(before);
    assert.deepEqual(more, []);
    assert.ok(request);
    const blocks = request.body.messages.flatMap(({ content }) =>
      typeof content === 'string' ? [] : content,
    );
    const results = blocks
      .filter(({ type }) => type === 'tool_result')
      .map((block) => resultText(block['content']));
    assert.deepEqual(results, prompts);
    const inputs = blocks.filter(({ type }) => type === 'tool_use').map((block) => block['input']);
    assert.deepEqual(
      inputs,
      prompts.map((at) => ({ at })),
    );
    console.log(`    ${prompts.length * 2} prompts as tool results and arguments, 1 request`);
  });

  it('reach the model unchanged behind another block, and as tool results for a running process', async () => {
    const sample = prompts.filter((_, n) => n % 20 === 0 || /^[/@!#]/.test(prompts[n] ?? '')).slice(0, 15);
    const before = requests.length;
    const messages: object[] = [];
    for (const content of sample) {
      headless.standIn.reply(
        toolReply({ id: `toolu_${messages.length}`, name: 'look', input: { at: content } }),
      );
      messages.push({ role: 'user', content: 'preamble' }, { role: 'user', content });
      assert.equal(await ask(messages, { tools: [LOOK_TOOL] }), '');
      messages.push(
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { name: 'look', arguments: { at: content } } }],
        },
        { role: 'tool', content, tool_name: 'look' },
      );
      assert.equal(await ask(messages, { tools: [LOOK_TOOL] }), 'ok');
      messages.push({ role: 'assistant', content: 'ok' });
    }
    const all = headless.standIn.requests.slice(-2 * sample.length);
    const texts = all.filter((_, n) => n % 2 === 0).map((request) => textsOf(request, 'user').slice(-2));
    assert.deepEqual(
      texts,
      sample.map((content) => ['preamble', content]),
    );
    const results = all.filter((_, n) => n % 2 === 1).map((request) => lastResult(request.body.messages));
    assert.deepEqual(results, sample);
    assert.equal(requests.length - before, sample.length);
    console.log(
      `    ${sample.length} prompts behind another block and as results for a running process, ${all.length} requests`,
    );
  });

  it('neither read nor write a file', async () => {
    const { root, workspace } = headless.environment;
    const { requests: all } = headless.standIn;
    assert.deepEqual(
      all.filter(({ raw }) => raw.includes(CANARY) || raw.includes('root:x:0')),
      [],
    );
    assert.deepEqual(await readdir(workspace), ['secret.txt']);
    for (const file of ['config/settings.json', 'home/.claude/settings.json']) {
      assert.equal(hash(await readFile(join(root, file), 'utf8')), hash(SETTINGS));
    }
    const made = await readdir(join(root, 'home'), { recursive: true });
    assert.deepEqual(
      made.filter((name) => /heap|CLAUDE\.|pwned|export/.test(name)),
      [],
    );
    console.log(`    ${all.length} requests in all: none with a file's text, settings unchanged`);
  });
});

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const resultText = (content: unknown): string =>
  typeof content === 'string' ? content : textOf({ role: 'user', content: content as [] });

function partsOf({ content }: ApiMessage): string[] {
  if (typeof content === 'string') return [content];
  return content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : []));
}

function lastResult(messages: readonly ApiMessage[]): string {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  return resultText(blocks.findLast(({ type }) => type === 'tool_result')?.['content']);
}
