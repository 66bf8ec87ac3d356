/** Anthropic's JavaScript client against the built server, the real CLI and the stand-in API. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { startHeadless, type Headless } from '../support/headless.js';
import { createLatch } from '../support/latch.js';
import {
  errorReply,
  type MessageReply,
  messageReply,
  textReply,
  toolReply,
  type ApiBlock,
} from '../standin/server.js';
import { lastBlocks, PNG, latestRequest } from './apiRequests.js';

const MODEL = 'claude-sonnet';
const HI: Anthropic.MessageParam[] = [{ role: 'user', content: 'hi' }];
const WEATHER: Anthropic.Tool = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** A block without the CLI's mark for the cache. */
const withoutMark = ({ cache_control: _mark, ...block }: ApiBlock): object => block;

describe('Anthropic client', function () {
  this.timeout(120_000);
  let headless: Headless;
  let standIn: Headless['standIn'];
  let client: Anthropic;

  before(async () => {
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
    ({ standIn } = headless);
    client = new Anthropic({ baseURL: headless.url, apiKey: 'unused', maxRetries: 0 });
  });
  after(() => headless.stop());

  const create = (more: Partial<Anthropic.MessageCreateParamsNonStreaming>): Promise<Anthropic.Message> =>
    client.messages.create({ model: MODEL, max_tokens: 1000, messages: HI, ...more });

  it('gets a whole answer with its usage', async () => {
    standIn.reply(
      textReply('Hello there', {
        usage: {
          input_tokens: 5,
          cache_read_input_tokens: 20,
          cache_creation_input_tokens: 0,
          output_tokens: 3,
        },
      }),
    );
    const message = await create({ system: 'Be brief.' });
    assert.deepEqual(message.content, [{ type: 'text', text: 'Hello there' }]);
    assert.equal(message.stop_reason, 'end_turn');
    assert.equal(message.stop_sequence, null);
    assert.equal(message.model, MODEL);
    assert.equal(message.usage.input_tokens, 5);
    assert.equal(message.usage.cache_read_input_tokens, 20);
    assert.equal(message.usage.output_tokens, 3);
  });

  it('streams an answer, with the input tokens in its first event', async () => {
    const more = createLatch();
    standIn.reply(textReply(['one', more.opened, ' two'], { usage: { input_tokens: 7, output_tokens: 2 } }));
    const stream = client.messages.stream({ model: MODEL, max_tokens: 1000, messages: HI });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'message_start') assert.equal(event.message.usage.input_tokens, 7);
      if (event.type === 'content_block_delta') more.open();
    }
    assert.deepEqual(types, [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const message = await stream.finalMessage();
    assert.deepEqual(message.content, [{ type: 'text', text: 'one two' }]);
    assert.equal(message.usage.output_tokens, 2);
  });

  it('calls tools in two rounds and sends their results', async () => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Where is it warmer?' }];
    const call = (id: string, city: string): MessageReply =>
      toolReply({ id, name: 'get_weather', input: { city } });
    standIn.reply(call('toolu_1', 'Oslo'), call('toolu_2', 'Rome'), textReply('In Rome.'));
    const results: ApiBlock[][] = [];
    for (let round = 0; ; round += 1) {
      const stream = client.messages.stream({ model: MODEL, max_tokens: 1000, messages, tools: [WEATHER] });
      const message = await stream.finalMessage();
      results.push(lastBlocks(await latestRequest(standIn)));
      if (message.stop_reason !== 'tool_use') {
        assert.deepEqual(message.content, [{ type: 'text', text: 'In Rome.' }]);
        assert.equal(round, 2);
        break;
      }
      messages.push({ role: 'assistant', content: message.content });
      const content = message.content.flatMap((block): Anthropic.ToolResultBlockParam[] => {
        if (block.type !== 'tool_use') return [];
        assert.equal(block.name, 'get_weather');
        const { city } = block.input as { city: string };
        if (city === 'Oslo') return [{ type: 'tool_result', tool_use_id: block.id, content: '3 °C' }];
        return [{ type: 'tool_result', tool_use_id: block.id, content: 'No idea', is_error: true }];
      });
      messages.push({ role: 'user', content });
    }
    const [, oslo, rome] = results.map((blocks) => blocks.find(({ type }) => type === 'tool_result'));
    assert.deepEqual([oslo?.['tool_use_id'], oslo?.['is_error'] ?? false], ['toolu_1', false]);
    assert.match(JSON.stringify(oslo?.['content']), /3 °C/);
    assert.deepEqual([rome?.['tool_use_id'], rome?.['is_error']], ['toolu_2', true]);
    assert.match(JSON.stringify(rome?.['content']), /No idea/);
  });

  it('sends an image', async () => {
    standIn.reply(textReply('A dot.'));
    const source = { type: 'base64', media_type: 'image/png', data: PNG } as const;
    const message = await create({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    assert.deepEqual(message.content, [{ type: 'text', text: 'A dot.' }]);
    const image = lastBlocks(await latestRequest(standIn)).find(({ type }) => type === 'image');
    assert.deepEqual(image?.['source'], source);
  });

  it('sends documents and search results, in a message and as the result of a tool', async () => {
    const content = [
      {
        type: 'search_result',
        source: 'https://example.test',
        title: 'Found',
        content: [{ type: 'text', text: 'It rains.' }],
      },
      {
        type: 'document',
        title: 'Report',
        context: 'From May.',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQK' },
      },
      {
        type: 'document',
        source: {
          type: 'content',
          content: [
            { type: 'text', text: 'one' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          ],
        },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'two' } },
    ] satisfies Anthropic.ToolResultBlockParam['content'];
    standIn.reply(textReply('Seen.'));
    await create({ messages: [{ role: 'user', content }] });
    assert.deepEqual(lastBlocks(await latestRequest(standIn)).map(withoutMark), content);

    standIn.reply(textReply('Seen.'));
    await create({
      tools: [WEATHER],
      messages: [
        ...HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_9', name: 'get_weather', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_9', content }] },
      ],
    });
    const [result] = lastBlocks(await latestRequest(standIn));
    assert.deepEqual(result?.['content'], content);
  });

  it('runs the tools of its tool runner without a thread on the server', async () => {
    standIn.reply(
      toolReply({ id: 'toolu_7', name: 'get_weather', input: { city: 'Oslo' } }),
      textReply('3 °C.'),
    );
    const tool = betaTool({
      name: 'get_weather',
      description: 'The weather of a city.',
      inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
      run: () => '3 °C',
    });
    const answer = await client.beta.messages.toolRunner({
      model: MODEL,
      max_tokens: 1000,
      messages: [{ role: 'user', content: 'How cold is Oslo?' }],
      tools: [tool],
    });
    assert.deepEqual(
      answer.content.map((block) => (block.type === 'text' ? block.text : block.type)),
      ['3 °C.'],
    );
    const { body } = await latestRequest(standIn);
    assert.match(JSON.stringify(body.messages), /How cold is Oslo.*"name":"get_weather".*3 °C/);
  });

  it('gets thinking only if it asks for it', async () => {
    const reply = messageReply([
      { type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' },
      { type: 'text', text: 'Yes.' },
    ]);
    standIn.reply(reply, reply);
    const answer = await create({ max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } });
    assert.deepEqual(
      answer.content.map((block) => (block.type === 'thinking' ? block.thinking : block.type)),
      ['Let me see.', 'text'],
    );
    assert.deepEqual(
      (await create({})).content.map(({ type }) => type),
      ['text'],
    );
  });

  it('reports which stop sequence, or that the token limit, ended an answer', async () => {
    // The stand-in would send more; the server ends the answer.
    const { opened } = createLatch();
    standIn.reply(textReply(['one ', 'two EN', 'D three', opened]), textReply(['word '.repeat(50), opened]));
    const stopped = await create({ stop_sequences: ['NOPE', 'END'] });
    assert.deepEqual(stopped.content, [{ type: 'text', text: 'one two ' }]);
    assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', 'END']);
    const cut = await create({ max_tokens: 8 });
    assert.equal(cut.stop_reason, 'max_tokens');
  });

  it('gets an object that matches a schema', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    standIn.reply(toolReply({ id: 'toolu_3', name: 'StructuredOutput', input: { n: 4 } }));
    const { content } = await create({ output_config: { format: { type: 'json_schema', schema } } });
    const [block] = content;
    assert.ok(block?.type === 'text');
    assert.deepEqual(JSON.parse(block.text), { n: 4 });
  });

  it('reports each failure as its own error class', async () => {
    await assert.rejects(create({ model: 'gpt-9' }), (error: unknown) => {
      assert.ok(error instanceof Anthropic.NotFoundError);
      assert.match(error.message, /model 'gpt-9' not found/);
      return true;
    });
    await assert.rejects(create({ max_tokens: 0 }), Anthropic.BadRequestError);
    standIn.reply(errorReply(401, 'invalid x-api-key'));
    await assert.rejects(create({}), Anthropic.AuthenticationError);
  });

  it('cancels the request to the API when it aborts a stream', async () => {
    standIn.reply(textReply(['one', createLatch().opened]));
    const stream = client.messages.stream({ model: MODEL, max_tokens: 1000, messages: HI });
    stream.on('text', () => stream.abort());
    await assert.rejects(stream.done(), Anthropic.APIUserAbortError);
    assert.equal(await (await latestRequest(standIn)).closed, 'client');
  });
});
