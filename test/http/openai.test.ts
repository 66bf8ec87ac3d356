/** Conformance with Ollama's `/v1/chat/completions`. */
import assert from 'node:assert/strict';
import { DONE, says, text, thinking } from '../support/fakeBackend.js';
import {
  at,
  CHAT,
  testOpenaiRows,
  choiceOf,
  chunksOf,
  finishes,
  json,
  type OpenaiRow,
  sonnet,
  SSE,
  USAGE,
} from './openai.js';
import { type Ask, type Reply, USER_HI } from '../support/endpointRig.js';
import { CALL, CALL2, done, JSON_TYPE, toolCall } from './table.js';

const userContent = (content: unknown): Ask => sonnet({ messages: [{ role: 'user', content }] });
const deltas = (reply: Reply): unknown[] => chunksOf(reply.body).map((chunk) => chunk.choices[0]?.delta);
const isAnswered = (reply: Reply): void => assert.equal(choiceOf(reply)['finish_reason'], 'stop');

const ROWS: Readonly<Record<string, readonly OpenaiRow[]>> = {
  'POST /v1/chat/completions, body and model': [
    ...[{}, { model: 'nope', messages: [] }].map((body): OpenaiRow => ({
      what: JSON.stringify(body),
      ask: at(CHAT, body),
      status: 400,
      type: JSON_TYPE,
      message: "[] is too short - 'messages'",
    })),
    {
      what: 'a request without a model',
      ask: at(CHAT, { messages: USER_HI }),
      status: 400,
      message: 'model is required',
    },
    { what: 'an empty body', ask: { path: CHAT, body: ' ' }, status: 400, message: 'EOF' },
    { what: 'an incomplete object', ask: { path: CHAT, body: '{' }, status: 400, message: 'unexpected EOF' },
    {
      what: 'a number as the model',
      ask: at(CHAT, { model: 5 }),
      status: 400,
      message:
        'json: cannot unmarshal number into Go struct field ChatCompletionRequest.model of type string',
    },
    ...[true, false].map((stream): OpenaiRow => ({
      what: `an unknown model with "stream": ${stream}`,
      ask: at(CHAT, { model: 'nope', messages: USER_HI, stream }),
      status: 404,
      type: JSON_TYPE,
      message: "model 'nope' not found",
    })),
  ],
  'POST /v1/chat/completions, replies': [
    {
      what: 'a whole reply',
      ask: sonnet({}),
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const { id, created, ...rest } = json(reply);
        assert.match(String(id), /^chatcmpl-\w+$/);
        assert.ok(Number.isInteger(created));
        assert.deepEqual(rest, {
          object: 'chat.completion',
          model: 'claude-sonnet',
          system_fingerprint: 'fp_ollama',
          choices: [
            { index: 0, message: { role: 'assistant', content: 'Hello world' }, finish_reason: 'stop' },
          ],
          usage: USAGE,
        });
      },
    },
    {
      what: 'a streamed reply',
      ask: sonnet({ stream: true }),
      status: 200,
      type: SSE,
      body: (reply) => {
        const chunks = chunksOf(reply.body);
        assert.deepEqual(deltas(reply), [{ role: 'assistant', content: 'Hello' }, { content: ' world' }, {}]);
        assert.deepEqual(finishes(reply), [null, null, 'stop']);
        assert.equal(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size, 1);
        for (const { object, model, ...rest } of chunks) {
          assert.deepEqual([object, model], ['chat.completion.chunk', 'claude-sonnet']);
          assert.ok(!('usage' in rest));
        }
      },
    },
    {
      what: 'a streamed reply with usage',
      ask: sonnet({ stream: true, stream_options: { include_usage: true } }),
      status: 200,
      body: (reply) => {
        const chunks = chunksOf(reply.body);
        assert.deepEqual(
          chunks.map((chunk) => chunk.usage),
          [undefined, undefined, undefined, USAGE],
        );
        assert.deepEqual(chunks.at(-1)?.choices, []);
      },
    },
    {
      what: 'an empty streamed reply',
      ask: sonnet({ stream: true }),
      script: says(DONE),
      status: 200,
      body: (reply) => assert.deepEqual(deltas(reply), [{ role: 'assistant', content: '' }, {}]),
    },
    {
      what: 'a streamed reply with tool calls',
      ask: sonnet({ stream: true }),
      script: says(text('Let me see.'), toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      status: 200,
      body: (reply) => {
        assert.deepEqual(deltas(reply), [
          { role: 'assistant', content: 'Let me see.' },
          {
            content: '',
            tool_calls: [
              {
                id: 'call_a1b2c3d4',
                index: 0,
                type: 'function',
                function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
              },
            ],
          },
          {
            content: '',
            tool_calls: [
              {
                id: 'call_a1b2c3d5',
                index: 1,
                type: 'function',
                function: { name: 'get_time', arguments: '{}' },
              },
            ],
          },
          {},
        ]);
        assert.equal(finishes(reply).at(-1), 'tool_calls');
      },
    },
    {
      what: 'a whole reply with tool calls',
      ask: sonnet({}),
      script: says(toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      status: 200,
      body: (reply) => {
        const { message, finish_reason } = choiceOf(reply) as {
          message: { content: unknown; tool_calls: { id: string; index: number }[] };
          finish_reason: string;
        };
        assert.equal(message.content, '');
        assert.deepEqual(
          message.tool_calls.map(({ id, index }) => [id, index]),
          [
            ['call_a1b2c3d4', 0],
            ['call_a1b2c3d5', 1],
          ],
        );
        assert.equal(finish_reason, 'tool_calls');
      },
    },
    ...(
      [
        ['length', 'length'],
        ['refusal', 'content_filter'],
      ] as const
    ).flatMap(([reason, finish]): OpenaiRow[] => [
      {
        what: `a whole reply that ended with ${reason}`,
        ask: sonnet({}),
        script: says(text('Hel'), done(reason)),
        status: 200,
        body: (reply) => assert.equal(choiceOf(reply)['finish_reason'], finish),
      },
      {
        what: `a streamed reply that ended with ${reason}`,
        ask: sonnet({ stream: true }),
        script: says(text('Hel'), done(reason)),
        status: 200,
        body: (reply) => assert.equal(finishes(reply).at(-1), finish),
      },
    ]),
    {
      what: 'a whole reply with thinking',
      ask: sonnet({}),
      script: says(thinking('hmm '), thinking('yes'), text('Hi'), DONE),
      status: 200,
      body: (reply) =>
        assert.deepEqual(choiceOf(reply)['message'], {
          role: 'assistant',
          content: 'Hi',
          reasoning: 'hmm yes',
        }),
    },
    {
      what: 'a streamed reply with thinking',
      ask: sonnet({ stream: true }),
      script: says(thinking('hmm '), text('Hi'), DONE),
      status: 200,
      body: (reply) =>
        assert.deepEqual(deltas(reply), [
          { role: 'assistant', content: '', reasoning: 'hmm ' },
          { content: 'Hi' },
          {},
        ]),
    },
  ],
  'POST /v1/chat/completions, requests': [
    ...[{ reasoning_effort: 'bogus' }, { reasoning: { effort: 'bogus' } }].map((more): OpenaiRow => ({
      what: JSON.stringify(more),
      ask: sonnet(more),
      status: 400,
      message:
        'invalid reasoning value: "bogus" (must be "minimal", "low", "medium", "high", "xhigh", "ultra", "max", or "none")',
    })),
    {
      what: 'a question with the content null',
      ask: userContent(null),
      status: 400,
      message: 'invalid message content type: <nil>',
    },
    {
      what: 'the content 5',
      ask: userContent(5),
      status: 400,
      message: 'invalid message content type: float64',
    },
    {
      what: 'the content null with tool calls',
      status: 200,
      body: isAnswered,
      ask: sonnet({
        messages: [
          ...USER_HI,
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, cache_control: {} },
            ],
          },
          { role: 'tool', tool_call_id: 'a', content: '1' },
        ],
      }),
    },
    {
      what: 'tool call arguments that are not JSON, which Ollama refuses (C-55)',
      status: 200,
      body: isAnswered,
      ask: sonnet({
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"a' } }] },
        ],
      }),
    },
    ...[{ url: 'https://example.com/a.png' }, 'http://example.com/a.png'].map((image): OpenaiRow => ({
      what: `the image URL ${JSON.stringify(image)}`,
      ask: userContent([{ type: 'image_url', image_url: image }]),
      status: 400,
      message: 'image URLs are not currently supported, please use base64 encoded data instead',
    })),
    ...['data:image/bmp;base64,AAAA', 'data:image/png,AAAA', 'data:image/png;base64,A', 'AAAA'].map(
      (url): OpenaiRow => ({
        what: `the invalid image ${url}`,
        ask: userContent([{ type: 'image_url', image_url: { url } }]),
        status: 400,
        message: 'invalid image input',
      }),
    ),
    ...[['text'], [{ type: 'video' }], [{ type: 'text' }], [{ type: 'image_url' }]].map(
      (parts): OpenaiRow => ({
        what: `the content ${JSON.stringify(parts)}`,
        ask: userContent(parts),
        status: 400,
        message: 'invalid message format',
      }),
    ),
    {
      what: 'parameters that Claude does not have, which are ignored',
      status: 200,
      body: isAnswered,
      ask: sonnet({
        max_completion_tokens: 10,
        n: 1,
        tool_choice: 'auto',
        temperature: 0.1,
        seed: 1,
        logit_bias: {},
        parallel_tool_calls: false,
        cache_control: { type: 'ephemeral' },
      }),
    },
    ...['Bearer x', 'Bearer', ''].map((authorization): OpenaiRow => ({
      what: `the header Authorization "${authorization}"`,
      ask: { ...sonnet({}), headers: { authorization } },
      status: 200,
      body: isAnswered,
    })),
  ],
};

testOpenaiRows(ROWS);
