/** The AI SDK's provider for Ollama against the built server, the real CLI and the stand-in API. */
import assert from 'node:assert/strict';
import { APICallError, generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { createOllama } from 'ollama-ai-provider-v2';
import { startHeadless, type Headless } from '../support/headless.js';
import { createLatch } from '../support/latch.js';
import { messageReply, textReply, toolReply } from '../standin/server.js';
import { lastBlocks, lastImage, PNG, latestRequest } from './apiRequests.js';

const MODEL = 'claude-sonnet';
const CITY = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
});

describe('AI SDK with ollama-ai-provider-v2', function () {
  this.timeout(120_000);
  let headless: Headless;
  let standIn: Headless['standIn'];
  let ollama: ReturnType<typeof createOllama>;

  before(async () => {
    headless = await startHeadless({ args: ['--unknown-models', 'reject'] });
    ({ standIn } = headless);
    ollama = createOllama({ baseURL: `${headless.url}/api` });
  });
  after(() => headless.stop());

  it('gets an answer with its token counts and finish reason', async () => {
    standIn.reply(textReply('Hello there', { usage: { input_tokens: 5, output_tokens: 3 } }));
    const { text, usage, finishReason } = await generateText({
      model: ollama(MODEL),
      prompt: 'hi',
      system: 'Be brief.',
    });
    assert.equal(text, 'Hello there');
    assert.equal(finishReason, 'stop');
    assert.deepEqual([usage.inputTokens, usage.outputTokens], [5, 3]);
  });

  it('streams an answer', async () => {
    const more = createLatch();
    standIn.reply(textReply(['one', more.opened, ' two']));
    const { textStream, finishReason } = streamText({ model: ollama(MODEL), prompt: 'count' });
    const texts: string[] = [];
    for await (const text of textStream) {
      texts.push(text);
      more.open();
    }
    assert.equal(texts.join(''), 'one two');
    assert.equal(texts[0], 'one');
    assert.equal(await finishReason, 'stop');
  });

  for (const streaming of [false, true]) {
    it(`calls tools and uses their results, ${streaming ? 'streaming' : 'not streaming'}`, async () => {
      standIn.reply(
        messageReply([
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
        ]),
        textReply('3 °C.'),
      );
      const cities: string[] = [];
      const options = {
        model: ollama(MODEL),
        prompt: 'Weather in Oslo?',
        tools: {
          get_weather: tool({
            description: 'The weather of a city.',
            inputSchema: CITY,
            execute: ({ city }) => {
              cities.push(city);
              return Promise.resolve({ celsius: 3 });
            },
          }),
        },
        stopWhen: stepCountIs(4),
      };
      const text = streaming ? await streamText(options).text : (await generateText(options)).text;
      assert.equal(text, '3 °C.');
      assert.deepEqual(cities, ['Oslo']);
      const result = lastBlocks(await latestRequest(standIn)).find(({ type }) => type === 'tool_result');
      assert.equal(result?.['tool_use_id'], 'toolu_1');
      assert.match(JSON.stringify(result?.['content']), /celsius/);
    });
  }

  it('sends an image', async () => {
    standIn.reply(textReply('A dot.'));
    const { text } = await generateText({
      model: ollama(MODEL),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', image: PNG, mediaType: 'image/png' },
          ],
        },
      ],
    });
    assert.equal(text, 'A dot.');
    assert.equal(lastImage(await latestRequest(standIn)), PNG);
  });

  it('gets an object that matches a schema', async () => {
    standIn.reply(toolReply({ id: 'toolu_3', name: 'StructuredOutput', input: { city: 'Rome' } }));
    const { object } = await generateObject({ model: ollama(MODEL), schema: CITY, prompt: 'A city.' });
    assert.deepEqual(object, { city: 'Rome' });
  });

  it('gets thinking if it asks for it', async () => {
    standIn.reply(
      messageReply([
        { type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' },
        { type: 'text', text: 'Yes.' },
      ]),
    );
    const { text, reasoningText } = await generateText({
      model: ollama(MODEL),
      prompt: 'hi',
      providerOptions: { ollama: { think: true } },
    });
    assert.deepEqual([text, reasoningText], ['Yes.', 'Let me see.']);
  });

  // Not streamed: the provider expects `context` in every chunk, and Ollama sends it in the last one only.
  it('completes a prompt', async () => {
    standIn.reply(textReply('Hello there'));
    const { text } = await generateText({ model: ollama.completion(MODEL), prompt: 'hi' });
    assert.equal(text, 'Hello there');
  });

  it('reports an unknown model with status 404', async () => {
    await assert.rejects(
      generateText({ model: ollama('nope'), prompt: 'hi', maxRetries: 0 }),
      (error: unknown) => {
        assert.ok(APICallError.isInstance(error));
        assert.equal(error.statusCode, 404);
        assert.match(error.responseBody ?? '', /model 'nope' not found/);
        return true;
      },
    );
  });

  it('cancels the request to the API when it aborts a stream', async () => {
    standIn.reply(textReply(['one', createLatch().opened]));
    const controller = new AbortController();
    const { textStream } = streamText({ model: ollama(MODEL), prompt: 'hi', abortSignal: controller.signal });
    for await (const _ of textStream) controller.abort();
    assert.equal(await (await latestRequest(standIn)).closed, 'client');
  });
});
