/**
 * The model adapters of Continue's command line, with the provider "ollama" (which uses /v1), against the built server,
 * the real CLI and the stand-in API.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type OpenAI from 'openai';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from 'openai/resources/chat/completions';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { messageReply, systemOf, textReply } from '../standin/server.js';
import { installedOrSkip } from '../support/install.js';
import { lastBlocks, lastImage, PNG, latestRequest } from './apiRequests.js';

const VERSION = '1.37.0';
const MODEL = 'claude-sonnet';
const READ: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'Read',
    description: 'Reads a file.',
    parameters: { type: 'object', properties: { filepath: { type: 'string' } }, required: ['filepath'] },
  },
};

/** The part of the package that is used here. */
interface Adapter {
  list(): Promise<OpenAI.Model[]>;
  chatCompletionNonStream(
    body: ChatCompletionCreateParamsNonStreaming,
    signal: AbortSignal,
  ): Promise<ChatCompletion>;
  chatCompletionStream(
    body: ChatCompletionCreateParamsStreaming,
    signal: AbortSignal,
  ): AsyncGenerator<ChatCompletionChunk>;
}
interface Adapters {
  constructLlmApi(config: { provider: 'ollama'; apiBase: string }): Adapter | undefined;
}

describe('Continue with @continuedev/openai-adapters', function () {
  this.timeout(120_000);
  let headless: Headless | undefined;
  let standIn: Headless['standIn'];
  let adapter: Adapter;

  before(async function () {
    this.timeout(600_000);
    const folder = await installedOrSkip(this, '@continuedev/openai-adapters', VERSION);
    const file = join(folder, 'node_modules/@continuedev/openai-adapters/dist/index.js');
    const adapters = (await import(pathToFileURL(file).href)) as Adapters;
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
    ({ standIn } = headless);
    const constructed = adapters.constructLlmApi({ provider: 'ollama', apiBase: headless.url });
    assert.ok(constructed);
    adapter = constructed;
  });
  after(() => headless?.stop());

  const never = new AbortController().signal;

  /** The parts of a streamed answer. */
  async function streamed(messages: ChatCompletionMessageParam[], tools?: ChatCompletionTool[]) {
    const body = { model: MODEL, messages, stream: true, ...(tools === undefined ? {} : { tools }) } as const;
    const answer = { texts: [] as string[], calls: [] as { id: string; name: string; args: string }[] };
    let usage: ChatCompletionChunk['usage'];
    for await (const chunk of adapter.chatCompletionStream(body, never)) {
      const delta = chunk.choices[0]?.delta;
      if (delta?.content) answer.texts.push(delta.content);
      for (const { index, id, function: called } of delta?.tool_calls ?? []) {
        const call = (answer.calls[index] ??= { id: id ?? '', name: called?.name ?? '', args: '' });
        call.args += called?.arguments ?? '';
      }
      usage = chunk.usage ?? usage;
    }
    return { ...answer, usage };
  }

  it('lists the models', async () => {
    const ids = (await adapter.list()).map(({ id }) => id);
    assert.ok(ids.includes('claude-sonnet:latest'), ids.join());
  });

  it('gets a whole answer with its usage', async () => {
    standIn.reply(textReply('Hello there.', { usage: { input_tokens: 5, output_tokens: 3 } }));
    const messages: ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ];
    const answer = await adapter.chatCompletionNonStream({ model: MODEL, messages }, never);
    assert.equal(answer.choices[0]?.message.content, 'Hello there.');
    assert.deepEqual([answer.usage?.prompt_tokens, answer.usage?.completion_tokens], [5, 3]);
    assert.ok(systemOf((await latestRequest(standIn)).body).includes('Be brief.'));
  });

  it('streams an answer, with usage in the last chunk', async () => {
    standIn.reply(textReply(['Grüße', ' 🦙'], { usage: { input_tokens: 5, output_tokens: 3 } }));
    const { texts, usage } = await streamed([{ role: 'user', content: 'hi' }]);
    assert.deepEqual(texts, ['Grüße', ' 🦙']);
    assert.equal(usage?.total_tokens, 8);
  });

  it('calls two tools at once, and their results continue the same process', async () => {
    standIn.reply(
      messageReply([
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { filepath: 'größe.md' } },
        { type: 'tool_use', id: 'toolu_2', name: 'Read', input: { filepath: 'b.md' } },
      ]),
      textReply('Both are empty.'),
    );
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'What is in them?' }];
    const first = await streamed(messages, [READ]);
    const session = (await latestRequest(standIn)).headers['x-claude-code-session-id'];
    assert.deepEqual(
      first.calls.map(({ name, args }) => [name, JSON.parse(args) as unknown]),
      [
        ['Read', { filepath: 'größe.md' }],
        ['Read', { filepath: 'b.md' }],
      ],
    );
    messages.push({
      role: 'assistant',
      content: first.texts.join(''),
      tool_calls: first.calls.map(({ id, name, args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args },
      })),
    });
    for (const { id } of first.calls) messages.push({ role: 'tool', tool_call_id: id, content: `of ${id}` });
    assert.deepEqual((await streamed(messages, [READ])).texts.join(''), 'Both are empty.');
    const request = await latestRequest(standIn);
    assert.equal(request.headers['x-claude-code-session-id'], session);
    assert.deepEqual(
      lastBlocks(request).map((block) => block['tool_use_id']),
      ['toolu_1', 'toolu_2'],
    );
    assert.match(JSON.stringify(lastBlocks(request)), /of toolu_1.*of toolu_2/);
  });

  it('sends an image', async () => {
    standIn.reply(textReply('A dot.'));
    const url = `data:image/png;base64,${PNG}`;
    await streamed([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See?' },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ]);
    assert.equal(lastImage(await latestRequest(standIn)), PNG);
  });

  it('reports an unknown model with status 404', async () => {
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'hi' }];
    await assert.rejects(
      adapter.chatCompletionNonStream({ model: 'nope', messages }, never),
      /404 model 'nope' not found/,
    );
  });

  it('cancels the request to the API when it aborts a stream', async () => {
    const held = createLatch();
    standIn.reply(textReply(['One', held.opened, ' two']));
    const controller = new AbortController();
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Count.' }];
    const body = { model: MODEL, messages, stream: true } as const;
    for await (const chunk of adapter.chatCompletionStream(body, controller.signal)) {
      if (chunk.choices[0]?.delta.content === 'One') controller.abort();
    }
    assert.equal(await (await latestRequest(standIn)).closed, 'client');
    held.open();
  });
});
