/** Ollama's JavaScript client against the built server, the real CLI and the stand-in API. */
import assert from 'node:assert/strict';
import { Ollama, type ChatResponse, type Message, type Tool } from 'ollama';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { errorReply, messageReply, textReply, toolReply, type Block } from '../standin/server.js';
import { lastBlocks, PNG, latestRequest } from './apiRequests.js';

const MODEL = 'claude-sonnet';
const HI: Message[] = [{ role: 'user', content: 'hi' }];
const WEATHER: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const THINKING: Block[] = [
  { type: 'thinking', thinking: 'hmm', signature: 'sig' },
  { type: 'text', text: 'ok' },
];

describe('Ollama JavaScript client', function () {
  this.timeout(120_000);
  let headless: Headless;
  let standIn: Headless['standIn'];
  let ollama: Ollama;

  before(async () => {
    headless = await startHeadless({
      args: ['--unknown-models', 'reject'],
      env: { CLAUDE_CODE_MAX_RETRIES: '1' },
    });
    ({ standIn } = headless);
    ollama = new Ollama({ host: headless.url });
  });
  after(() => headless.stop());

  it('lists the models of the CLI', async () => {
    const { models } = await ollama.list();
    const names = new Set(models.map(({ name }) => name));
    for (const name of [
      'claude:latest',
      'claude-sonnet:latest',
      'claude-opus:latest',
      'claude-haiku:latest',
    ]) {
      assert.ok(names.has(name), name);
    }
    for (const { name, model, size, digest, details, modified_at } of models) {
      assert.equal(model, name);
      assert.ok(Number.isInteger(size) && size > 0);
      assert.match(digest, /^[0-9a-f]{64}$/);
      assert.equal(details.family, 'claude');
      assert.ok(!Number.isNaN(new Date(modified_at).getTime()));
    }
  });

  it('shows the details of a model', async () => {
    const { capabilities, details, model_info: info } = await ollama.show({ model: MODEL });
    for (const capability of ['completion', 'tools', 'vision', 'thinking']) {
      assert.ok(capabilities.includes(capability), capability);
    }
    assert.equal(details.family, 'claude');
    const entries = new Map(Object.entries(info) as [string, unknown][]);
    assert.equal(entries.get('general.architecture'), 'claude');
    assert.ok(Number(entries.get('claude.context_length')) >= 200_000);
  });

  it('reads the version', async () => {
    assert.match((await ollama.version()).version, /^\d+\.\d+\.\d+$/);
  });

  it('loads a model, lists it as running, and unloads it', async () => {
    const running = async (): Promise<string[]> => (await ollama.ps()).models.map(({ name }) => name);
    const loaded = await ollama.chat({ model: 'claude-opus', messages: [] });
    assert.deepEqual([loaded.done, loaded.done_reason], [true, 'load']);
    assert.ok((await running()).includes('claude-opus:latest'));
    const unloaded = await ollama.chat({ model: 'claude-opus', messages: [], keep_alive: 0 });
    assert.deepEqual([unloaded.done, unloaded.done_reason], [true, 'unload']);
    assert.ok(!(await running()).includes('claude-opus:latest'));
  });

  it('gets a whole answer with its token counts', async () => {
    standIn.reply(textReply('Hello\n', { usage: { input_tokens: 5, output_tokens: 3 } }));
    const answer = await ollama.chat({ model: MODEL, messages: HI });
    assert.deepEqual(answer.message, { role: 'assistant', content: 'Hello\n' });
    assert.equal(answer.model, MODEL);
    assert.deepEqual([answer.done, answer.done_reason], [true, 'stop']);
    assert.deepEqual([answer.prompt_eval_count, answer.eval_count], [5, 3]);
    for (const nanoseconds of [answer.total_duration, answer.load_duration, answer.eval_duration]) {
      assert.ok(Number.isInteger(nanoseconds) && nanoseconds > 0);
    }
  });

  it('streams an answer', async () => {
    const more = createLatch();
    standIn.reply(textReply(['one', more.opened, ' two']));
    const parts: ChatResponse[] = [];
    for await (const part of await ollama.chat({ model: MODEL, messages: HI, stream: true })) {
      parts.push(part);
      if (part.message.content === 'one') more.open();
    }
    assert.equal(parts.map((part) => part.message.content).join(''), 'one two');
    assert.equal(parts.at(-1)?.done_reason, 'stop');
    assert.ok(parts.slice(0, -1).every((part) => !part.done));
  });

  it('cancels the request to the API with abort()', async () => {
    standIn.reply(textReply(['begun', createLatch().opened]));
    // A separate client, because abort() ends all streams of a client.
    const separate = new Ollama({ host: headless.url });
    const stream = await separate.chat({ model: MODEL, messages: HI, stream: true });
    const reading = (async () => {
      for await (const part of stream) if (part.message.content === 'begun') separate.abort();
    })();
    await assert.rejects(reading, { name: 'AbortError' });
    assert.equal(await (await latestRequest(standIn)).closed, 'client');
  });

  it('aborts one of two streams without affecting the other', async () => {
    const more = createLatch();
    standIn.reply(textReply(['begun', more.opened, ', ended']), textReply(['begun', more.opened, ', ended']));
    const streams = await Promise.all(
      [1, 2].map(() => ollama.chat({ model: MODEL, messages: HI, stream: true })),
    );
    const [aborted, kept] = streams as [(typeof streams)[0], (typeof streams)[0]];
    aborted.abort();
    more.open();
    let text = '';
    for await (const part of kept) text += part.message.content;
    assert.equal(text, 'begun, ended');
  });

  it('sends images', async () => {
    standIn.reply(textReply('a dot'), textReply('a dot'));
    for (const images of [[PNG], [new Uint8Array(Buffer.from(PNG, 'base64'))]]) {
      await ollama.chat({ model: MODEL, messages: [{ role: 'user', content: 'what?', images }] });
      const blocks = lastBlocks(await latestRequest(standIn));
      assert.deepEqual(
        blocks.map(({ type, source, text }) => source ?? [type, text]),
        [{ type: 'base64', media_type: 'image/png', data: PNG }, ['text', 'what?']],
      );
    }
  });

  for (const stream of [false, true]) {
    it(`calls tools and sends their results back, ${stream ? 'streaming' : 'not streaming'}`, async () => {
      standIn.reply(
        messageReply([
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Köln' } },
          { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: { city: 'Bonn' } },
        ]),
        textReply('Sun, then rain.'),
      );
      const messages: Message[] = [{ role: 'user', content: 'weather?' }];
      const answer = await answerOf(messages, stream);
      assert.equal(answer.content, 'Let me look.');
      assert.deepEqual(
        answer.tool_calls?.map(({ function: { name, arguments: given } }) => [name, given]),
        [
          ['get_weather', { city: 'Köln' }],
          ['get_weather', { city: 'Bonn' }],
        ],
      );
      messages.push(answer);
      for (const content of ['sun', 'rain'])
        messages.push({ role: 'tool', content, tool_name: 'get_weather' });
      assert.equal((await answerOf(messages, stream)).content, 'Sun, then rain.');
      const results = lastBlocks(await latestRequest(standIn)).map((block) => [
        block['tool_use_id'],
        block['content'],
      ]);
      assert.deepEqual(results, [
        ['toolu_1', 'sun'],
        ['toolu_2', 'rain'],
      ]);
    });
  }

  it('gets JSON, and JSON that matches a schema', async () => {
    const schema = { type: 'object', properties: { age: { type: 'number' } }, required: ['age'] };
    for (const format of ['json', schema]) {
      standIn.reply(toolReply({ id: 'toolu_3', name: 'StructuredOutput', input: { age: 7 } }));
      const { message, done_reason } = await ollama.chat({ model: MODEL, messages: HI, format });
      assert.deepEqual(JSON.parse(message.content), { age: 7 });
      assert.equal(message.tool_calls, undefined);
      assert.equal(done_reason, 'stop');
    }
    const { body } = await latestRequest(standIn);
    const offered = body.tools?.find(({ name }) => name === 'StructuredOutput');
    assert.deepEqual((offered?.['input_schema'] as typeof schema | undefined)?.properties, schema.properties);
  });

  it('gets thinking unless think is false', async () => {
    for (const [think, thinking] of [
      [true, 'hmm'],
      ['high', 'hmm'],
      [false, undefined],
    ] as const) {
      standIn.reply(messageReply(THINKING));
      const { message } = await ollama.chat({ model: MODEL, messages: HI, think });
      assert.deepEqual([message.content, message.thinking], ['ok', thinking], String(think));
    }
  });

  it('streams thinking before the answer', async () => {
    standIn.reply(messageReply(THINKING));
    const parts: (readonly [string | undefined, string])[] = [];
    for await (const { message } of await ollama.chat({
      model: MODEL,
      messages: HI,
      stream: true,
      think: true,
    })) {
      parts.push([message.thinking, message.content]);
    }
    assert.deepEqual(parts, [
      ['hmm', ''],
      [undefined, 'ok'],
      [undefined, ''],
    ]);
  });

  it('generates from a prompt, whole and streamed', async () => {
    standIn.reply(textReply('Hello'), textReply(['Hel', 'lo']));
    const { response, done } = await ollama.generate({ model: MODEL, prompt: 'hi', system: 'Be brief.' });
    assert.deepEqual([response, done], ['Hello', true]);
    let text = '';
    for await (const part of await ollama.generate({ model: MODEL, prompt: 'hi', stream: true })) {
      text += part.response;
    }
    assert.equal(text, 'Hello');
  });

  it("reports an unknown model with status 404 and Ollama's text", async () => {
    const missing = { name: 'ResponseError', status_code: 404 };
    await assert.rejects(ollama.chat({ model: 'llama3.2', messages: HI }), {
      ...missing,
      error: "model 'llama3.2' not found",
    });
    await assert.rejects(ollama.chat({ model: 'llama3.2', messages: HI, stream: true }), missing);
    await assert.rejects(ollama.show({ model: 'llama3.2' }), {
      ...missing,
      error: "model 'llama3.2:latest' not found",
    });
  });

  it('reports what is wrong with a request', async () => {
    await assert.rejects(ollama.chat({ model: '', messages: HI }), {
      name: 'ResponseError',
      status_code: 400,
      error: 'model is required',
    });
    await assert.rejects(ollama.chat({ model: MODEL, messages: HI, format: 'xml' }), {
      name: 'ResponseError',
      status_code: 500,
    });
  });

  it('reports an API error as a status before the first text, and as an error after it', async () => {
    standIn.reply(errorReply(429, 'slow down', { 'retry-after': '30' }));
    await assert.rejects(ollama.chat({ model: MODEL, messages: HI, stream: true }), {
      name: 'ResponseError',
      status_code: 429,
    });
    const content = [{ type: 'text', text: 'half' }] as const;
    standIn.reply(
      { kind: 'midStreamError', content, type: 'overloaded_error', message: 'Overloaded' },
      errorReply(529, 'Overloaded'),
    );
    let text = '';
    await assert.rejects(async () => {
      const stream = await ollama.chat({ model: MODEL, messages: HI, stream: true });
      for await (const part of stream) text += part.message.content;
    }, /Overloaded/);
    assert.equal(text, 'half');
  });

  /** The whole answer to a chat with a tool. */
  async function answerOf(messages: Message[], stream: boolean): Promise<Message> {
    const request = { model: MODEL, messages, tools: [WEATHER] };
    if (!stream) return (await ollama.chat(request)).message;
    const whole = { role: 'assistant', content: '', tool_calls: [] as NonNullable<Message['tool_calls']> };
    for await (const { message } of await ollama.chat({ ...request, stream: true })) {
      whole.content += message.content;
      whole.tool_calls.push(...(message.tool_calls ?? []));
    }
    return whole;
  }
});
