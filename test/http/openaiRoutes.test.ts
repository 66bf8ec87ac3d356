/** Conformance with Ollama's other OpenAI routes, and the failures of all OpenAI routes. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import { fails, text } from '../support/fakeBackend.js';
import {
  at,
  CHAT,
  testOpenaiRows,
  choiceOf,
  chunksOf,
  COMPLETIONS,
  EMBEDDINGS,
  ERROR_KEYS,
  finishes,
  type Frame,
  framesOf,
  json,
  type OpenaiRow,
  sonnet,
  SSE,
  USAGE,
} from './openai.js';
import { ask, post, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';
import { JSON_TYPE, TEXT } from './table.js';

const ROWS: Readonly<Record<string, readonly OpenaiRow[]>> = {
  '/v1/models': [
    {
      what: 'GET /v1/models',
      ask: { path: '/v1/models' },
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const { object, data } = json(reply) as { object: string; data: Record<string, unknown>[] };
        assert.equal(object, 'list');
        assert.deepEqual(
          data.map(({ created, ...rest }) => {
            assert.ok(Number.isInteger(created));
            return rest;
          }),
          ['claude-sonnet:latest', 'claude-haiku:latest'].map((id) => {
            return { id, object: 'model', owned_by: 'library' };
          }),
        );
      },
    },
    {
      what: 'HEAD /v1/models',
      ask: { path: '/v1/models', method: 'HEAD' },
      status: 405,
      headers: { allow: 'GET' },
    },
    ...['/v1/models/Claude-Sonnet', '/v1/models/Claude-Sonnet?x=1'].map((path): OpenaiRow => ({
      what: `GET ${path}`,
      ask: { path },
      status: 200,
      type: JSON_TYPE,
      body: (reply) => assert.equal(json(reply)['id'], 'Claude-Sonnet'),
    })),
    {
      what: 'a percent-encoded model name',
      ask: { path: '/v1/models/claude-haiku%3Alatest' },
      status: 200,
      body: (reply) => assert.equal(json(reply)['id'], 'claude-haiku:latest'),
    },
    {
      what: 'a model name with a trailing slash',
      ask: { path: '/v1/models/claude-haiku/' },
      status: 301,
      headers: { location: '/v1/models/claude-haiku' },
    },
    {
      what: 'GET /v1/models/nope',
      ask: { path: '/v1/models/nope' },
      status: 404,
      type: JSON_TYPE,
      message: "model 'nope:latest' not found",
    },
  ],
  'the router under /v1': [
    ...['/v1/models/a/b', '/v1/models/a%2Fb', '/v1/models/%zz', '/v1', '/v1/audio/transcriptions'].map(
      (path): OpenaiRow => ({
        what: `GET ${path}`,
        ask: { path },
        status: 404,
        type: TEXT,
        body: (reply) => assert.equal(reply.body, '404 page not found'),
      }),
    ),
    {
      what: `GET ${CHAT}`,
      ask: { path: CHAT },
      status: 405,
      type: TEXT,
      headers: { allow: 'POST' },
    },
  ],
  'POST /v1/completions': [
    {
      what: 'a streamed completion with usage',
      ask: at(COMPLETIONS, {
        model: 'claude-sonnet',
        prompt: 'hi',
        stream: true,
        stream_options: { include_usage: true },
      }),
      status: 200,
      type: SSE,
      body: (reply) => {
        const chunks = chunksOf(reply.body);
        assert.deepEqual(
          chunks.map(({ object, choices, usage }) => [object, choices[0], usage?.['total_tokens']]),
          [
            ['text_completion', { text: 'Hello', index: 0, finish_reason: null }, 0],
            ['text_completion', { text: ' world', index: 0, finish_reason: null }, 0],
            ['text_completion', { text: '', index: 0, finish_reason: 'stop' }, 0],
            ['text_completion', undefined, 18],
          ],
        );
        assert.match(chunks[0]!.id, /^cmpl-/);
      },
    },
    {
      what: 'a whole completion',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt: 'hi' }),
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        assert.deepEqual(choiceOf(reply), { text: 'Hello world', index: 0, finish_reason: 'stop' });
        assert.deepEqual(json(reply)['usage'], USAGE);
      },
    },
    {
      what: 'a request without a prompt, and loads the model',
      ask: at(COMPLETIONS, { model: 'claude-sonnet' }),
      status: 200,
      body: (reply) => assert.equal(choiceOf(reply)['finish_reason'], 'load'),
    },
    {
      what: 'a streamed request without a prompt, and loads the model',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', stream: true }),
      status: 200,
      type: SSE,
      body: (reply) => assert.deepEqual(finishes(reply), ['load']),
    },
    {
      what: 'a request without a model',
      ask: at(COMPLETIONS, { prompt: 'hi' }),
      status: 404,
      message: "model '' not found",
    },
    {
      what: 'an empty prompt among others',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt: ['hi', ''] }),
      status: 400,
      message: 'prompt[1] is empty. Send text in every prompt.',
      param: 'prompt',
      code: 'invalid_value',
    },
    ...[
      [9906, 1917],
      ['hi', [9906]],
    ].map((prompt): OpenaiRow => ({
      what: `the prompt of tokens ${JSON.stringify(prompt)}`,
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt }),
      status: 400,
      message: 'A prompt of tokens is not supported: Claude has other tokens. Send the prompt as text.',
      param: 'prompt',
      code: 'unsupported_value',
    })),
    {
      what: 'a number as the prompt',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt: 5 }),
      status: 400,
      message: 'json: cannot unmarshal number into Go struct field CompletionRequest.prompt of type string',
    },
    {
      what: 'the best of two completions',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt: 'hi', best_of: 2 }),
      status: 400,
      message:
        'best_of is not supported: Claude does not say how likely an answer is. Send n to get several answers.',
      param: 'best_of',
      code: 'unsupported_parameter',
    },
    {
      what: 'a number among the stop sequences',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt: 'hi', stop: ['a', 5] }),
      status: 400,
      message: "invalid type for 'stop' field: float64",
    },
    {
      what: 'a suffix',
      ask: at(COMPLETIONS, { model: 'claude-sonnet', prompt: 'hi', suffix: 'x' }),
      status: 400,
      message: 'registry.ollama.ai/library/claude-sonnet:latest does not support insert',
    },
  ],
  'POST /v1/embeddings': [
    ...[{}, { input: [] }, { input: {} }].map((body): OpenaiRow => ({
      what: JSON.stringify(body),
      ask: at(EMBEDDINGS, { model: 'claude-sonnet', ...body }),
      status: 400,
      message: 'invalid input',
    })),
    {
      what: 'an unknown encoding_format',
      ask: at(EMBEDDINGS, { model: 'claude-sonnet', input: 'x', encoding_format: 'hex' }),
      status: 400,
      message: "Invalid value for 'encoding_format' = hex. Supported values: ['float', 'base64'].",
    },
    {
      what: 'an unknown model',
      ask: at(EMBEDDINGS, { model: 'nope', input: 'x' }),
      status: 404,
      message: 'model "nope" not found, try pulling it first',
    },
    {
      what: 'a text, because Claude has no embeddings',
      ask: at(EMBEDDINGS, { model: 'claude-sonnet', input: 'x', encoding_format: 'base64' }),
      status: 400,
      message:
        '"claude-sonnet" does not support embeddings: Claude has no embedding models. Use another provider for embeddings.',
    },
  ],
};

testOpenaiRows(ROWS);

describe('a failure on an OpenAI route', () => {
  afterEach(stopRigs);

  const KINDS = [
    ['badRequest', 400, 'invalid_request_error', null],
    ['unknownModel', 404, 'not_found_error', null],
    ['contextTooLong', 400, 'invalid_request_error', 'context_length_exceeded'],
    ['tooLarge', 413, 'api_error', null],
    ['untrusted', 403, 'api_error', null],
    ['cliMissing', 400, 'invalid_request_error', null],
    ['cliTooOld', 400, 'invalid_request_error', null],
    ['notSignedIn', 401, 'api_error', null],
    ['keyRejected', 401, 'api_error', null],
    ['paymentRequired', 402, 'api_error', 'insufficient_quota'],
    ['cliFailed', 424, 'api_error', null],
    ['rateLimited', 429, 'api_error', null],
    ['overloaded', 503, 'api_error', null],
    ['unreachable', 424, 'api_error', null],
    ['busy', 503, 'api_error', null],
    ['timeout', 424, 'api_error', null],
    ['internal', 500, 'api_error', null],
  ] as const;

  for (const [kind, status, type, code] of KINDS) {
    it(`of the kind ${kind} returns ${status}, with and without streaming`, async () => {
      const rig = await startRig();
      for (const stream of [true, false]) {
        rig.backend.script = fails(new ChatError(kind, 'Do this.'));
        const reply = await ask(rig, sonnet({ stream }));
        assert.equal(reply.status, status);
        assert.match(String(reply.headers['content-type']), /^application\/json/);
        assert.deepEqual(json(reply), { error: { message: 'Do this.', type, param: null, code } });
      }
    });
  }

  it('has a Retry-After header if a retry makes sense', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new ChatError('rateLimited', 'Wait.', { retryAfterSeconds: 2.5 }));
    assert.equal((await ask(rig, sonnet({}))).headers['retry-after'], '3');
    rig.backend.script = fails(new ChatError('busy', 'Wait.'));
    assert.equal((await ask(rig, sonnet({}))).headers['retry-after'], '1');
  });

  for (const path of [CHAT, COMPLETIONS]) {
    it(`during a stream is the last frame of ${path}`, async () => {
      const rig = await startRig();
      rig.backend.script = fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel'));
      const body = { model: 'claude-sonnet', messages: USER_HI, prompt: 'hi', stream: true };
      const reply = await post(rig, path, body);
      assert.equal(reply.status, 200);
      const frames: Frame[] = framesOf(reply.body);
      assert.equal(frames.length, 2);
      assert.deepEqual(frames[1], {
        data: { error: { message: 'The CLI died.', type: 'api_error', param: null, code: null } },
      });
    });
  }

  it('has the same fields when the guard refuses the request', async () => {
    const rig = await startRig();
    for (const path of [CHAT, '/v1/models/claude-sonnet']) {
      const reply = await ask(rig, { path, method: 'POST', headers: { origin: 'https://evil.example' } });
      assert.equal(reply.status, 403);
      assert.deepEqual(Object.keys((json(reply) as { error: object }).error), ERROR_KEYS);
    }
  });
});
