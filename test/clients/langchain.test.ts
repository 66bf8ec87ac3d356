/**
 * LangChain's client for Ollama against the built server, the real CLI and the stand-in API. There is no test of abort:
 * an aborted client stops reading but keeps its connection.
 */
import assert from 'node:assert/strict';
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type UsageMetadata,
} from '@langchain/core/messages';
import { ChatOllama, Ollama, OllamaEmbeddings } from '@langchain/ollama';
import { startHeadless, type Headless } from '../support/headless.js';
import { createLatch } from '../support/latch.js';
import { messageReply, systemOf, textReply, toolReply } from '../standin/server.js';
import { lastBlocks, lastImage, PNG, latestRequest } from './apiRequests.js';

const MODEL = 'claude-sonnet';
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe('LangChain with @langchain/ollama', function () {
  this.timeout(120_000);
  let headless: Headless;
  let standIn: Headless['standIn'];

  before(async () => {
    headless = await startHeadless({ access: 'baseUrl', args: ['--unknown-models', 'reject'] });
    ({ standIn } = headless);
  });
  after(() => headless.stop());

  const chat = (more: object = {}): ChatOllama =>
    new ChatOllama({ model: MODEL, baseUrl: headless.url, maxRetries: 0, ...more });

  it('gets an answer with its token counts', async () => {
    standIn.reply(textReply('Hello there', { usage: { input_tokens: 5, output_tokens: 3 } }));
    const answer = await chat().invoke([new SystemMessage('Be brief.'), new HumanMessage('hi')]);
    assert.equal(answer.content, 'Hello there');
    const usage = JSON.parse(JSON.stringify(answer.usage_metadata)) as UsageMetadata;
    assert.deepEqual([usage.input_tokens, usage.output_tokens, usage.total_tokens], [5, 3, 8]);
    assert.equal(systemOf((await latestRequest(standIn)).body).includes('Be brief.'), true);
  });

  it('streams an answer', async () => {
    const more = createLatch();
    standIn.reply(textReply(['one', more.opened, ' two']));
    const texts: string[] = [];
    for await (const chunk of await chat().stream('count')) {
      if (chunk.text === '') continue;
      texts.push(chunk.text);
      more.open();
    }
    assert.deepEqual(texts, ['one', ' two']);
  });

  it('finds an existing model with checkOrPullModel, and fails for an unknown one', async () => {
    standIn.reply(textReply('ok'));
    assert.equal((await chat({ checkOrPullModel: true }).invoke('hi')).content, 'ok');
    await assert.rejects(chat({ model: 'nope', checkOrPullModel: true }).invoke('hi'), /file does not exist/);
    await assert.rejects(chat({ model: 'nope' }).invoke('hi'), /model 'nope' not found/);
  });

  it('calls two tools at once and sends results without ids', async () => {
    const model = chat().bindTools([WEATHER]);
    standIn.reply(
      messageReply([
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
        { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: { city: 'Rome' } },
      ]),
      textReply('In Rome.'),
    );
    const question = new HumanMessage('Where is it warmer?');
    const callMessage = await model.invoke([question]);
    assert.equal(callMessage.content, 'Let me look.');
    const { tool_calls: calls = [] } = callMessage;
    assert.deepEqual(
      calls.map(({ name, args }) => [name, args]),
      [
        ['get_weather', { city: 'Oslo' }],
        ['get_weather', { city: 'Rome' }],
      ],
    );
    const results = calls.map(
      ({ id, args }) => new ToolMessage({ tool_call_id: id ?? '', content: `of ${String(args['city'])}` }),
    );
    const answer = await model.invoke([question, callMessage, ...results]);
    assert.equal(answer.content, 'In Rome.');
    const given = lastBlocks(await latestRequest(standIn))
      .filter(({ type }) => type === 'tool_result')
      .map(({ tool_use_id, content }) => [tool_use_id, JSON.stringify(content)]);
    assert.deepEqual(
      given.map(([id]) => id),
      ['toolu_1', 'toolu_2'],
    );
    assert.match(String(given[0]?.[1]), /of Oslo/);
    assert.match(String(given[1]?.[1]), /of Rome/);
  });

  it('sends an image', async () => {
    standIn.reply(textReply('A dot.'));
    const content = [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: `data:image/png;base64,${PNG}` },
    ];
    assert.equal((await chat().invoke([new HumanMessage({ content })])).content, 'A dot.');
    assert.equal(lastImage(await latestRequest(standIn)), PNG);
  });

  it('gets an object that matches a schema', async () => {
    standIn.reply(toolReply({ id: 'toolu_3', name: 'StructuredOutput', input: { n: 4 } }));
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const model = chat().withStructuredOutput(schema, { method: 'jsonSchema' });
    assert.deepEqual(await model.invoke('four'), { n: 4 });
  });

  it('sends a history with alternating roles', async () => {
    standIn.reply(textReply('ok'));
    await chat().invoke([new HumanMessage('a'), new AIMessage('b'), new HumanMessage('c')]);
    const { body } = await latestRequest(standIn);
    const roles = body.messages.map(({ role }) => role).filter((role) => role !== 'system');
    assert.deepEqual(roles, ['user', 'assistant', 'user']);
  });

  it('completes a prompt', async () => {
    standIn.reply(textReply('Hello there'));
    const model = new Ollama({ model: MODEL, baseUrl: headless.url, maxRetries: 0 });
    assert.equal(await model.invoke('hi'), 'Hello there');
  });

  it('reports that embeddings are not supported', async () => {
    const model = new OllamaEmbeddings({ model: MODEL, baseUrl: headless.url, maxRetries: 0 });
    await assert.rejects(model.embedQuery('hi'), /does not support embeddings/);
  });
});
