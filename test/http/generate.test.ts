/** `/api/generate`, and the embedding routes, which Claude cannot answer. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import type { ChatEvent } from '../../src/core/chat.js';
import { DONE, fails, hangs, says, text, thinking } from '../support/fakeBackend.js';
import {
  type Ask,
  ask,
  linesOf,
  nextChunk,
  post,
  type Reply,
  startRig,
  stopRigs,
  USER_HI,
} from '../support/endpointRig.js';
import { BARE, testRows, done, error, JSON_TYPE, lastLine, NDJSON, type Row } from './table.js';

const GENERATE = '/api/generate';
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const body = (value: unknown): Ask => ({ path: GENERATE, body: JSON.stringify(value) });
const sonnet = (more: object): Ask => body({ model: 'claude-sonnet', prompt: 'hi', ...more });
const to = (path: string, value: unknown): Ask => ({ path, body: JSON.stringify(value) });

const isLoadReply =
  (reason: string) =>
  (reply: Reply): void => {
    const { created_at, ...rest } = JSON.parse(reply.body) as Record<string, unknown>;
    assert.ok(!Number.isNaN(Date.parse(String(created_at))));
    assert.deepEqual(rest, { model: 'claude-sonnet', response: '', done: true, done_reason: reason });
  };

const RAW_ERROR = error('raw mode does not support template, system, or context');

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'POST /api/generate': [
    {
      what: 'an empty object',
      ask: body({}),
      status: 404,
      type: JSON_TYPE,
      body: error("model '' not found"),
    },
    {
      what: 'an invalid model name',
      ask: sonnet({ model: 'bad name!' }),
      status: 400,
      body: error('invalid model name'),
    },
    {
      what: 'an unknown model',
      ask: sonnet({ model: 'nope' }),
      status: 404,
      body: error("model 'nope' not found"),
    },
    {
      what: 'a streamed reply, as NDJSON lines',
      ask: sonnet({}),
      status: 200,
      type: NDJSON,
      body: (reply) => {
        const lines = linesOf(reply.body);
        assert.deepEqual(
          lines.map((line) => [line['response'], line['done']]),
          [
            ['Hello', false],
            [' world', false],
            ['', true],
          ],
        );
        for (const line of lines) {
          assert.equal(line['model'], 'claude-sonnet');
          assert.ok(!('message' in line));
          assert.equal('done_reason' in line, line['done']);
          assert.equal('context' in line, line['done']);
        }
        const last = lines.at(-1)!;
        assert.equal(last['done_reason'], 'stop');
        assert.equal(last['eval_count'], 7);
        const context = last['context'] as unknown[];
        assert.ok(context.length > 0 && context.every((n) => Number.isInteger(n) && Number(n) < 2 ** 31));
      },
    },
    {
      what: '"stream": false, as one JSON text',
      ask: sonnet({ stream: false }),
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const whole = JSON.parse(reply.body) as Record<string, unknown>;
        assert.equal(whole['response'], 'Hello world');
        assert.ok(Array.isArray(whole['context']));
        assert.equal(whole['done'], true);
      },
    },
    {
      what: 'a reply that reached its length limit',
      ask: sonnet({}),
      script: says(text('Hi'), done('length')),
      status: 200,
      body: (reply) => assert.equal(lastLine(reply)['done_reason'], 'length'),
    },
    {
      what: 'a reply with thinking, which is in its own field',
      ask: sonnet({ think: true }),
      script: says(thinking('hmm'), text('Hi'), DONE),
      status: 200,
      body: (reply) =>
        assert.deepEqual(
          linesOf(reply.body).map((line) => [line['thinking'], line['response']]),
          [
            ['hmm', ''],
            [undefined, 'Hi'],
            [undefined, ''],
          ],
        ),
    },
    {
      what: '"raw": true, without a context',
      ask: sonnet({ raw: true }),
      status: 200,
      body: (reply) => assert.ok(!('context' in lastLine(reply))),
    },
    ...[{ system: 'x' }, { template: 'x' }, { context: [1] }].map((more): Row => ({
      what: `"raw": true with "${Object.keys(more)[0]}"`,
      ask: sonnet({ raw: true, ...more }),
      status: 400,
      type: JSON_TYPE,
      body: RAW_ERROR,
    })),
    {
      what: 'a suffix',
      ask: sonnet({ suffix: 'x' }),
      status: 400,
      body: error('registry.ollama.ai/library/claude-sonnet:latest does not support insert'),
    },
    ...[{ prompt: '' }, { prompt: null }].map((more): Row => ({
      what: `the prompt ${JSON.stringify(more.prompt)}, and loads the model`,
      ask: sonnet(more),
      status: 200,
      type: JSON_TYPE,
      body: isLoadReply('load'),
    })),
    {
      what: 'an empty prompt with keep_alive 0, and unloads the model',
      ask: sonnet({ prompt: '', keep_alive: 0, raw: true, system: 'not looked at' }),
      status: 200,
      type: JSON_TYPE,
      body: isLoadReply('unload'),
    },
    {
      what: 'an error during a stream, which becomes its last line',
      ask: sonnet({}),
      script: fails(new ChatError('cliFailed', 'boom'), text('Hel')),
      status: 200,
      body: (reply) => assert.deepEqual(lastLine(reply), { error: 'boom' }),
    },
    {
      what: 'an error before the first chunk',
      ask: sonnet({}),
      script: fails(new ChatError('rateLimited', 'slow down')),
      status: 429,
      type: BARE,
      body: error('slow down'),
    },
    {
      what: 'an array as the prompt',
      ask: sonnet({ prompt: ['hi'] }),
      status: 400,
      body: error('json: cannot unmarshal array into Go struct field GenerateRequest.prompt of type string'),
    },
    {
      what: 'a string in the context',
      ask: sonnet({ context: ['x'] }),
      status: 400,
      body: error('json: cannot unmarshal string into Go struct field GenerateRequest.context of type int'),
    },
    {
      what: 'a template with an unclosed action',
      ask: sonnet({ template: 'a\n{{ .Prompt "}}" }' }),
      status: 500,
      body: error('template: :2: unclosed action'),
    },
    {
      what: 'a template with closed actions',
      ask: sonnet({ template: '{{ if .System }}{{ "}}" }}{{ end }}{{ .Prompt }}' }),
      status: 200,
    },
    {
      what: '"think": true with a model that cannot think',
      ask: sonnet({ model: 'claude-haiku', think: true }),
      status: 400,
      body: error('"claude-haiku" does not support thinking'),
    },
    {
      what: 'a context of another server, which is ignored',
      ask: sonnet({ context: [1, 2, 3] }),
      status: 200,
      body: (reply) => assert.equal(lastLine(reply)['done'], true),
    },
  ],
  'POST /api/embed': [
    {
      what: 'an empty input, with an empty list',
      ask: to('/api/embed', { model: 'claude-sonnet', input: '' }),
      status: 200,
      type: JSON_TYPE,
      body: '{"model":"claude-sonnet","embeddings":[]}',
    },
    ...[5, [5], { a: 1 }, true].map((input): Row => ({
      what: `the input ${JSON.stringify(input)}`,
      ask: to('/api/embed', { model: 'claude-sonnet', input }),
      status: 400,
      body: error('invalid input type'),
    })),
    {
      what: 'an unknown model',
      ask: to('/api/embed', { model: 'nope', input: 'x' }),
      status: 404,
      body: error('model "nope" not found, try pulling it first'),
    },
    {
      what: 'a request without a model',
      ask: to('/api/embed', { input: 'x' }),
      status: 404,
      body: error("model '' not found"),
    },
    ...['x', ['x', 'y']].map((input): Row => ({
      what: `the input ${JSON.stringify(input)}, because Claude has no embeddings`,
      ask: to('/api/embed', { model: 'claude-sonnet', input }),
      status: 400,
      type: JSON_TYPE,
      body: (reply) =>
        assert.match(reply.body, /^\{"error":"\\"claude-sonnet\\" does not support embeddings/),
    })),
  ],
  'POST /api/embeddings': [
    {
      what: 'an empty object',
      ask: to('/api/embeddings', {}),
      status: 400,
      body: error('model is required'),
    },
    {
      what: 'an empty prompt, with an empty list',
      ask: to('/api/embeddings', { model: 'claude-sonnet', prompt: '' }),
      status: 200,
      body: '{"embedding":[]}',
    },
    {
      what: 'an unknown model',
      ask: to('/api/embeddings', { model: 'nope', prompt: 'x' }),
      status: 404,
      body: error('model "nope" not found, try pulling it first'),
    },
    {
      what: 'a prompt, because Claude has no embeddings',
      ask: to('/api/embeddings', { model: 'claude-sonnet', prompt: 'x' }),
      status: 400,
      body: (reply) => assert.match(reply.body, /does not support embeddings/),
    },
  ],
};

testRows(ROWS);

describe('POST /api/generate', () => {
  afterEach(stopRigs);

  it('passes prompt, system prompt, images, format and limits to the backend', async () => {
    const rig = await startRig();
    await post(rig, GENERATE, {
      model: 'claude-sonnet',
      prompt: 'look',
      system: 'be brief',
      images: [PNG],
      format: { type: 'object' },
      think: 'low',
      options: { stop: ['END'], num_predict: 9, temperature: 0 },
    });
    assert.deepEqual(rig.backend.requests, [
      {
        client: '',
        lane: 'chat',
        model: 'sonnet',
        system: 'be brief',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', mediaType: 'image/png', data: PNG },
              { type: 'text', text: 'look' },
            ],
          },
        ],
        tools: [],
        format: { type: 'schema', schema: { type: 'object' } },
        thinking: { mode: 'on', show: true, effort: 'low' },
        stop: ['END'],
        maxTokens: 9,
        sampling: { temperature: 0 },
      },
    ]);
  });

  it('continues a conversation from the context of an earlier reply', async () => {
    const rig = await startRig();
    const talk = async (prompt: string, answer: readonly string[], more: object): Promise<unknown> => {
      rig.backend.script = says(...answer.map(text), DONE);
      const reply = await post(rig, GENERATE, { model: 'claude-sonnet', prompt, ...more });
      return lastLine(reply)['context'];
    };
    const first = await talk('My name is Zoë 👋', ['Hel', 'lo \ud83d', '\ude00!'], { system: 'be kind' });
    const second = await talk('And?', ['So?'], { context: first });
    await talk('Who am I?', ['Zoë'], { context: second });
    const said = rig.backend.requests.map(({ system, messages }) => [
      system,
      ...messages.map(({ role, content }) => [
        role,
        ...content.map((part) => ('text' in part ? part.text : part)),
      ]),
    ]);
    const history = [
      ['user', 'My name is Zoë 👋'],
      ['assistant', 'Hello 😀!'],
      ['user', 'And?'],
      ['assistant', 'So?'],
      ['user', 'Who am I?'],
    ];
    assert.deepEqual(
      said,
      [1, 3, 5].map((length) => ['be kind', ...history.slice(0, length)]),
    );
  });

  it('logs a warning for a context that another server created', async () => {
    const rig = await startRig();
    await post(rig, GENERATE, { model: 'claude-sonnet', prompt: 'hi', context: [1, 2, 3] });
    assert.equal(rig.backend.requests[0]?.messages.length, 1);
    assert.ok(rig.lines.some((line) => line.startsWith('warn #1 ignored "context"')));
  });

  it('reports the model as loaded after a load, but not after an unload', async () => {
    const rig = await startRig();
    await post(rig, GENERATE, { model: 'claude-sonnet' });
    assert.match((await ask(rig, { path: '/api/ps' })).body, /claude-sonnet:latest/);
    await post(rig, GENERATE, { model: 'claude-sonnet', keep_alive: '0s' });
    assert.equal((await ask(rig, { path: '/api/ps' })).body, '{"models":[]}');
    assert.deepEqual(rig.backend.requests, []);
  });

  it('passes keep_alive to the backend, if the request has it', async () => {
    const rig = await startRig();
    for (const more of [{}, { keep_alive: '30s' }, { keep_alive: 0 }]) {
      await ask(rig, sonnet(more));
      await post(rig, '/api/chat', { model: 'claude-sonnet', messages: USER_HI, ...more });
    }
    assert.deepEqual(
      rig.backend.requests.map(({ keepAliveMs }) => keepAliveMs),
      [undefined, undefined, 30_000, 30_000, 0, 0],
    );
  });

  it('keeps a silent stream alive with empty chunks', async () => {
    const rig = await startRig({ heartbeatMs: 10 });
    rig.backend.script = hangs();
    const response = await fetch(`${rig.url}${GENERATE}`, {
      method: 'POST',
      body: JSON.stringify({ model: 'claude-sonnet', prompt: 'hi' }),
    });
    const reader = response.body!.getReader();
    const { created_at: _at, ...line } = JSON.parse((await nextChunk(reader))!) as Record<string, unknown>;
    assert.deepEqual(line, { model: 'claude-sonnet', response: '', done: false });
    await reader.cancel();
  });

  it('ignores tool calls, which this API does not have', async () => {
    const rig = await startRig();
    const call: ChatEvent = { type: 'toolCall', call: { id: 'a', name: 'b', arguments: {} } };
    rig.backend.script = says(call, text('Hi'), DONE);
    const reply = await post(rig, GENERATE, { model: 'claude-sonnet', prompt: 'hi' });
    assert.equal(
      linesOf(reply.body)
        .map((line) => line['response'])
        .join(''),
      'Hi',
    );
  });
});
