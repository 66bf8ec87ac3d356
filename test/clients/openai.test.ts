/** OpenAI's JavaScript client, chat completions, against the built server, the real CLI and the stand-in API. */
import assert from 'node:assert/strict';
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { ChatError } from '../../src/core/errors.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { fails, text } from '../support/fakeBackend.js';
import { startRig, stopRigs } from '../support/endpointRig.js';
import { errorReply, messageReply, systemOf, textReply, toolReply } from '../standin/server.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const MODEL = 'claude-sonnet';
const USAGE = { input_tokens: 12, output_tokens: 34, cache_read_input_tokens: 5 };
const MESSAGES: ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text: 'hi' }] },
];

const FUNCTION = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const } },
    required: ['city'],
  },
};
const WEATHER: ChatCompletionTool = { type: 'function', function: FUNCTION };

const twoCalls = messageReply([
  { type: 'text', text: 'Let me look.' },
  { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Köln' } },
  { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: { city: 'Oslo' } },
]);

describe('OpenAI client, chat completions', () => {
  let headless: Headless;
  let client: OpenAI;

  before(async () => {
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
    client = new OpenAI({ baseURL: `${headless.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  after(() => headless.stop());

  /** The session of the last request to the API. Each CLI process has a session of its own. */
  const session = (): unknown => headless.standIn.requests.at(-1)?.headers['x-claude-code-session-id'];
  const lastSent = (): string => JSON.stringify(headless.standIn.requests.at(-1)?.body.messages);

  it('lists models and retrieves one', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes('claude-sonnet:latest'), ids.join());
    assert.equal((await client.models.retrieve('claude-sonnet:latest')).object, 'model');
    await assert.rejects(client.models.retrieve('gpt-4'), NotFoundError);
  });

  it('gets a whole answer with its usage', async () => {
    headless.standIn.reply(textReply('Hello there.', { usage: USAGE }));
    const answer = await client.chat.completions.create({ model: MODEL, messages: MESSAGES });
    assert.equal(answer.choices[0]?.message.content, 'Hello there.');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage?.prompt_tokens, 17);
    assert.equal(answer.usage.completion_tokens, 34);
    assert.equal(answer.usage.prompt_tokens_details?.cached_tokens, 5);
    const [request] = headless.standIn.requests.slice(-1);
    assert.ok(request && systemOf(request.body).includes('Be brief.'));
  });

  it('streams an answer with separate thinking, and usage in the last chunk', async () => {
    headless.standIn.reply(
      messageReply(
        [
          { type: 'thinking', thinking: ['Hm', 'm.'], signature: 's' },
          { type: 'text', text: ['One 🦙', ' two', '\u2028three'] },
        ],
        { usage: USAGE },
      ),
    );
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: 'low',
    });
    let content = '';
    let reasoning = '';
    let pieces = 0;
    let total: number | undefined;
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta as { content?: string; reasoning?: string } | undefined;
      content += delta?.content ?? '';
      reasoning += delta?.reasoning ?? '';
      if (delta?.content) pieces += 1;
      total = chunk.usage?.total_tokens ?? total;
    }
    assert.equal(content, 'One 🦙 two\u2028three');
    assert.equal(reasoning, 'Hmm.');
    assert.equal(pieces, 3);
    assert.equal(total, 51);
    assert.deepEqual(headless.standIn.requests.at(-1)?.body['output_config'], { effort: 'low' });
  });

  it('gets two answers with n, each with its index', async () => {
    headless.standIn.reply(textReply('Heads.', { usage: USAGE }), textReply('Tails.', { usage: USAGE }));
    const { choices, usage } = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      n: 2,
    });
    assert.deepEqual(new Set(choices.map(({ message }) => message.content)), new Set(['Heads.', 'Tails.']));
    assert.deepEqual(
      choices.map(({ index, finish_reason }) => [index, finish_reason]),
      [
        [0, 'stop'],
        [1, 'stop'],
      ],
    );
    assert.deepEqual([usage?.prompt_tokens, usage?.completion_tokens], [17, 68]);
    const [first, second] = headless.standIn.requests.slice(-2);
    assert.deepEqual(first?.body.messages, second?.body.messages);
  });

  it('streams two answers at once with n', async () => {
    const held = createLatch();
    headless.standIn.reply(
      textReply(['One', held.opened, ' and one.'], { usage: USAGE }),
      textReply(['Two', held.opened, ' and two.'], { usage: USAGE }),
    );
    const stream = client.chat.completions.stream({
      model: MODEL,
      messages: MESSAGES,
      n: 2,
      stream_options: { include_usage: true },
    });
    const started = new Set<number>();
    for await (const { choices } of stream) {
      for (const { index, delta } of choices) if (delta.content) started.add(index);
      if (started.size === 2) held.open();
    }
    const answer = await stream.finalChatCompletion();
    const contents = answer.choices.map(({ message }) => message.content);
    assert.deepEqual(new Set(contents), new Set(['One and one.', 'Two and two.']));
    assert.deepEqual([answer.usage?.prompt_tokens, answer.usage?.completion_tokens], [17, 68]);
  });

  it('calls two tools at once, and their results continue the same process', async () => {
    headless.standIn.reply(twoCalls, textReply('Sun in Köln, rain in Oslo.'));
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather?' }];
    const first = await client.chat.completions.create({ model: MODEL, messages, tools: [WEATHER] });
    const before = session();
    const [choice] = first.choices;
    assert.equal(choice?.finish_reason, 'tool_calls');
    messages.push(choice.message);
    const cities: string[] = [];
    for (const call of choice.message.tool_calls ?? []) {
      assert.ok(call.type === 'function');
      const { city } = JSON.parse(call.function.arguments) as { city: string };
      cities.push(city);
      messages.push({ role: 'tool', tool_call_id: call.id, content: city === 'Köln' ? 'sun' : 'rain' });
    }
    assert.deepEqual(cities, ['Köln', 'Oslo']);
    const second = await client.chat.completions.create({ model: MODEL, messages, tools: [WEATHER] });
    assert.equal(second.choices[0]?.message.content, 'Sun in Köln, rain in Oslo.');
    assert.equal(session(), before);
    assert.match(lastSent(), /"tool_use_id":"toolu_1".*sun.*"tool_use_id":"toolu_2".*rain/);
  });

  it('runs tools for several rounds with runTools, streaming', async () => {
    headless.standIn.reply(
      twoCalls,
      toolReply({ id: 'toolu_3', name: 'get_weather', input: { city: 'Rom' } }),
      textReply('Sun everywhere.'),
    );
    const cities: string[] = [];
    const runner = client.chat.completions.runTools({
      model: MODEL,
      stream: true,
      messages: [{ role: 'user', content: 'Weather of three cities?' }],
      tools: [
        {
          type: 'function',
          function: {
            ...FUNCTION,
            parse: (input: string) => JSON.parse(input) as { city: string },
            function: ({ city }: { city: string }) => {
              cities.push(city);
              return 'sun';
            },
          },
        },
      ],
    });
    assert.equal(await runner.finalContent(), 'Sun everywhere.');
    assert.deepEqual(cities, ['Köln', 'Oslo', 'Rom']);
    const sessions = headless.standIn.requests
      .slice(-3)
      .map(({ headers }) => headers['x-claude-code-session-id']);
    assert.equal(new Set(sessions).size, 1);
  });

  it('forces a tool call', async () => {
    headless.standIn.reply(toolReply({ id: 'toolu_4', name: 'get_weather', input: { city: 'Bonn' } }));
    const answer = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      tools: [WEATHER, { type: 'function', function: { name: 'other' } }],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    assert.equal(answer.choices[0]?.message.tool_calls?.length, 1);
    const [request] = headless.standIn.requests.slice(-1);
    const offered = request?.body.tools?.map(({ name }) => name).filter((name) => !/^[A-Z]/.test(name));
    assert.deepEqual(offered, ['get_weather', 'other']);
    assert.deepEqual(request?.body['tool_choice'], { type: 'tool', name: 'get_weather' });
  });

  it('parses JSON that matches a schema', async () => {
    headless.standIn.reply(toolReply({ id: 'toolu_5', name: 'StructuredOutput', input: { age: 7 } }));
    const schema = { type: 'object', properties: { age: { type: 'number' } }, required: ['age'] };
    const answer = await client.chat.completions.parse({
      model: MODEL,
      messages: MESSAGES,
      response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
    });
    assert.deepEqual(answer.choices[0]?.message.parsed, { age: 7 });
  });

  it('sends an image', async () => {
    headless.standIn.reply(textReply('A dot.'));
    const url = `data:image/png;base64,${PNG}`;
    await client.chat.completions.create({
      model: MODEL,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    assert.match(lastSent(), /"type":"image".*"media_type":"image\/png"/);
  });

  it('stops at a stop sequence', async () => {
    headless.standIn.reply(textReply('one two STOP three'));
    const answer = await client.chat.completions.create({ model: MODEL, messages: MESSAGES, stop: 'STOP' });
    assert.equal(answer.choices[0]?.message.content, 'one two ');
    assert.equal(answer.choices[0].finish_reason, 'stop');
  });

  it('gets a text completion, whole and streamed', async () => {
    headless.standIn.reply(textReply('Once.'), textReply('Twice.'));
    const whole = await client.completions.create({ model: MODEL, prompt: 'Say it.' });
    assert.equal(whole.choices[0]?.text, 'Once.');
    let streamed = '';
    for await (const chunk of await client.completions.create({
      model: MODEL,
      prompt: 'Again.',
      stream: true,
    })) {
      streamed += chunk.choices[0]?.text ?? '';
    }
    assert.equal(streamed, 'Twice.');
  });

  it('reports each failure as its own error class or code', async () => {
    const create = (model: string): Promise<unknown> =>
      client.chat.completions.create({ model, messages: MESSAGES });
    await assert.rejects(create('gpt-4'), (error) => {
      assert.ok(error instanceof NotFoundError);
      return error.message === "404 model 'gpt-4' not found";
    });
    await assert.rejects(client.embeddings.create({ model: MODEL, input: 'x' }), BadRequestError);
    headless.standIn.reply(errorReply(403, 'OAuth token revoked'));
    await assert.rejects(create(MODEL), (error) => {
      assert.ok(error instanceof AuthenticationError, String(error));
      return /ANTHROPIC_API_KEY/.test(error.message);
    });
    headless.standIn.reply(errorReply(400, 'prompt is too long: 210000 tokens > 200000 maximum'));
    await assert.rejects(create(MODEL), (error) => {
      assert.ok(error instanceof BadRequestError, String(error));
      return error.code === 'context_length_exceeded';
    });
    headless.standIn.reply(textReply('Well again.'));
    await create(MODEL);
  });

  it('cancels the request to the API when it leaves a stream', async () => {
    const held = createLatch();
    headless.standIn.reply(textReply(['One', held.opened, ' two']));
    const stream = await client.chat.completions.create({ model: MODEL, messages: MESSAGES, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content === 'One') break;
    }
    assert.equal(await headless.standIn.requests.at(-1)?.closed, 'client');
    held.open();
  });
});

describe('OpenAI client, chat completions that fail or stall', () => {
  afterEach(stopRigs);

  it('throws the error that ends a stream', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel'));
    const client = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: MODEL, messages: MESSAGES, stream: true });
    let content = '';
    await assert.rejects(
      async () => {
        for await (const chunk of stream) content += chunk.choices[0]?.delta.content ?? '';
      },
      (error) => error instanceof APIError && error.message === 'The CLI died.',
    );
    assert.equal(content, 'Hel');
  });

  it('accepts heartbeats while the stream is silent', async () => {
    const rig = await startRig({ heartbeatMs: 5 });
    const held = createLatch();
    rig.backend.script = async function* () {
      yield text('Hel');
      await held.opened;
      yield text('lo');
      yield {
        type: 'done',
        reason: 'stop',
        usage: { promptTokens: 1, cachedTokens: 0, outputTokens: 1 },
        timings: { loadMs: 0, promptMs: 0, outputMs: 0 },
      };
    };
    let pings = 0;
    const client = new OpenAI({
      baseURL: `${rig.url}/v1`,
      apiKey: 'none',
      maxRetries: 0,
      fetch: async (...args) => {
        const response = await fetch(...args);
        const [counted, passedOn] = response.body!.tee();
        void countPings(counted, () => {
          pings += 1;
          if (pings === 3) held.open();
        });
        return new Response(passedOn, response);
      },
    });
    const stream = client.chat.completions.stream({ model: MODEL, messages: MESSAGES });
    assert.equal(await stream.finalContent(), 'Hello');
    assert.ok(pings >= 3);
  });
});

/** Calls `onPing` for every `: ping` comment of a stream, until the stream ends. */
async function countPings(body: ReadableStream<Uint8Array>, onPing: () => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    for (const _ of step.value.matchAll(/^: ping$/gm)) onPing();
  }
}
