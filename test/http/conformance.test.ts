/** Conformance with Ollama's own routes: status, headers and body of each reply are those of Ollama. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import { DONE, fails, says, text, thinking } from '../support/fakeBackend.js';
import {
  type Ask,
  ask,
  chat,
  linesOf,
  post,
  type Reply,
  startRig,
  stopRigs,
  USER_HI,
} from '../support/endpointRig.js';
import {
  BARE,
  CALL,
  CALL2,
  testRows,
  done,
  error,
  JSON_TYPE,
  lastLine,
  NDJSON,
  type Row,
  TEXT,
  toolCall,
} from './table.js';

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
const CHAT = '/api/chat';

const body = (value: unknown): Ask => ({ path: CHAT, body: JSON.stringify(value) });
/** A chat with additional fields. */
const sonnet = (more: object): Ask => body({ model: 'claude-sonnet', messages: USER_HI, ...more });
const haiku = (more: object): Ask => body({ model: 'claude-haiku', messages: USER_HI, ...more });

const THINK_CHOICES = '"high", "medium", "low", "max", true, or false';

function messageOf(line: Record<string, unknown>): Record<string, unknown> {
  return line['message'] as Record<string, unknown>;
}

const isLoadReply =
  (reason: string) =>
  (reply: Reply): void => {
    const { created_at, ...rest } = JSON.parse(reply.body) as Record<string, unknown>;
    assert.ok(!Number.isNaN(Date.parse(String(created_at))));
    assert.deepEqual(rest, {
      model: 'claude-sonnet',
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: reason,
    });
  };

const isStream = (reply: Reply): void => {
  const lines = linesOf(reply.body);
  assert.deepEqual(
    lines.map((line) => line['done']),
    [false, false, true],
  );
};

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'the root path': [
    {
      what: 'GET /',
      ask: { path: '/' },
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: 'Ollama is running',
    },
    {
      what: 'HEAD /',
      ask: { path: '/', method: 'HEAD' },
      status: 200,
      body: '',
      headers: { 'content-length': '17' },
    },
    {
      what: 'POST /',
      ask: { path: '/', method: 'POST' },
      status: 405,
      type: TEXT,
      body: '405 method not allowed',
      headers: { allow: 'HEAD, GET' },
    },
  ],
  '/api/version': [
    {
      what: 'GET /api/version',
      ask: { path: '/api/version' },
      status: 200,
      type: JSON_TYPE,
      body: '{"version":"0.34.4"}',
    },
    {
      what: 'HEAD /api/version',
      ask: { path: '/api/version', method: 'HEAD' },
      status: 200,
      type: JSON_TYPE,
      body: '',
    },
  ],
  'the router': [
    {
      what: 'a GET with a trailing slash',
      ask: { path: '/api/version/' },
      status: 301,
      headers: { location: '/api/version' },
    },
    {
      what: 'a POST with a trailing slash',
      ask: { path: '/api/chat/', method: 'POST' },
      status: 307,
      body: '',
      headers: { location: CHAT },
    },
    {
      what: 'a path with a double slash',
      ask: { path: '//api/tags' },
      status: 307,
      headers: { location: '/api/tags' },
    },
    ...['/nope', '/api/nope', '/api', '/api/', '/favicon.ico'].map((path): Row => ({
      what: `GET ${path}`,
      ask: { path },
      status: 404,
      type: TEXT,
      body: '404 page not found',
    })),
    {
      what: 'POST /v1/nope',
      ask: { path: '/v1/nope', method: 'POST' },
      status: 404,
      type: TEXT,
      body: '404 page not found',
    },
    { what: 'GET /API/tags', ask: { path: '/API/tags' }, status: 404 },
    ...['GET', 'PUT', 'HEAD', 'TRACE'].map((method): Row => ({
      what: `${method} /api/chat`,
      ask: { path: CHAT, method },
      status: 405,
      headers: { allow: 'POST' },
    })),
    {
      what: 'POST /api/tags',
      ask: { path: '/api/tags', method: 'POST' },
      status: 405,
      headers: { allow: 'HEAD, GET' },
    },
    {
      what: 'HEAD /api/ps',
      ask: { path: '/api/ps', method: 'HEAD' },
      status: 405,
      headers: { allow: 'GET' },
    },
  ],
  '/api/tags': [
    {
      what: 'GET /api/tags',
      ask: { path: '/api/tags?x=1' },
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const { models } = JSON.parse(reply.body) as { models: Record<string, unknown>[] };
        assert.deepEqual(
          models.map((model) => model['name']),
          ['claude-sonnet:latest', 'claude-haiku:latest'],
        );
        for (const model of models) {
          assert.equal(model['model'], model['name']);
          assert.match(String(model['digest']), /^[0-9a-f]{64}$/);
          assert.ok(Number.isInteger(model['size']) && Number(model['size']) > 0);
          assert.match(String(model['modified_at']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
          assert.ok(!('expires_at' in model));
          const details = model['details'] as Record<string, unknown>;
          for (const key of ['format', 'family', 'parameter_size', 'quantization_level']) {
            assert.ok(typeof details[key] === 'string' && details[key] !== '', key);
          }
          assert.deepEqual(details['families'], ['claude']);
        }
        assert.notEqual(models[0]!['digest'], models[1]!['digest']);
      },
    },
    {
      what: 'HEAD /api/tags',
      ask: { path: '/api/tags', method: 'HEAD' },
      status: 200,
      type: JSON_TYPE,
      body: '',
    },
  ],
  'GET /api/ps': [
    {
      what: 'a server without loaded models',
      ask: { path: '/api/ps' },
      status: 200,
      type: JSON_TYPE,
      body: '{"models":[]}',
    },
  ],
  'POST /api/chat, body and model': [
    {
      what: 'a request without a body',
      ask: { path: CHAT, method: 'POST' },
      status: 400,
      type: JSON_TYPE,
      body: error('missing request body'),
    },
    {
      what: 'a blank body',
      ask: { path: CHAT, body: ' \n\t' },
      status: 400,
      body: error('missing request body'),
    },
    { what: 'an empty object', ask: body({}), status: 400, body: error('model is required') },
    { what: 'the body null', ask: body(null), status: 400, body: error('model is required') },
    {
      what: 'a blank model',
      ask: body({ model: '  ' }),
      status: 400,
      body: error('model is required'),
    },
    {
      what: 'an incomplete object',
      ask: { path: CHAT, body: '{' },
      status: 400,
      body: error('unexpected EOF'),
    },
    {
      what: 'a body that is not JSON',
      ask: { path: CHAT, body: 'hello' },
      status: 400,
      body: error("invalid character 'h' looking for beginning of value"),
    },
    {
      what: 'a byte order mark',
      ask: { path: CHAT, body: '\ufeff{}' },
      status: 400,
      body: error("invalid character 'ï' looking for beginning of value"),
    },
    {
      what: 'a number as the model',
      ask: body({ model: 5 }),
      status: 400,
      body: error('json: cannot unmarshal number into Go struct field ChatRequest.model of type string'),
    },
    {
      what: 'an array as the body',
      ask: body([]),
      status: 400,
      body: error('json: cannot unmarshal array into Go value of type api.ChatRequest'),
    },
    {
      what: 'content in parts, which Ollama refuses (C-52)',
      ask: sonnet({ messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }),
      status: 200,
      body: isStream,
    },
    {
      what: 'an unknown model with more text after the object',
      ask: { path: CHAT, body: '{"model":"nope"} xyz' },
      status: 404,
      body: error("model 'nope' not found"),
    },
    {
      what: 'an unknown model',
      ask: body({ model: 'nope', messages: USER_HI }),
      status: 404,
      type: JSON_TYPE,
      body: error("model 'nope' not found"),
    },
    {
      what: 'an invalid model name',
      ask: body({ model: 'bad name!' }),
      status: 400,
      body: error('invalid model name'),
    },
    ...[undefined, 'text/plain', 'application/x-www-form-urlencoded', 'APPLICATION/JSON; charset=utf-8'].map(
      (type): Row => ({
        what: type === undefined ? 'no Content-Type' : `the Content-Type ${type}`,
        status: 200,
        body: isStream,
        ask: { ...sonnet({}), ...(type === undefined ? {} : { headers: { 'content-type': type } }) },
      }),
    ),
    {
      what: 'an image as a data URL, which Ollama refuses (C-51)',
      ask: sonnet({ messages: [{ role: 'user', content: 'x', images: [`data:image/png;base64,${PNG}`] }] }),
      status: 200,
      body: isStream,
    },
    {
      what: 'an image as a URL of a page',
      ask: sonnet({ messages: [{ role: 'user', content: 'x', images: ['http://localhost/a.png'] }] }),
      status: 400,
      body: error('illegal base64 data at input byte 4'),
    },
  ],
  'POST /api/chat, options': [
    {
      what: '"think": true with a model that cannot think',
      ask: haiku({ think: true }),
      status: 400,
      body: error('"claude-haiku" does not support thinking'),
    },
    {
      what: 'a thinking level with a model that cannot think',
      ask: haiku({ think: 'low' }),
      status: 400,
      body: error('"claude-haiku" does not support thinking'),
    },
    {
      what: '"think": false with a model that cannot think',
      ask: haiku({ think: false }),
      status: 200,
      body: isStream,
    },
    {
      what: '"think": null with a model that cannot think',
      ask: haiku({ think: null }),
      status: 200,
      body: isStream,
    },
    {
      what: 'an unknown thinking level',
      ask: sonnet({ think: 'ultra' }),
      status: 400,
      body: error(`invalid think value: "ultra" (must be ${THINK_CHOICES})`),
    },
    {
      what: 'a number as "think"',
      ask: sonnet({ think: 1 }),
      status: 400,
      body: error('think must be a boolean or string'),
    },
    {
      what: 'top_logprobs 21',
      ask: body({ top_logprobs: 21 }),
      status: 400,
      body: error('top_logprobs must be between 0 and 20'),
    },
    {
      what: 'top_logprobs -1',
      ask: body({ top_logprobs: -1 }),
      status: 400,
      body: error('top_logprobs must be between 0 and 20'),
    },
    {
      what: 'a string as the temperature',
      ask: sonnet({ options: { temperature: 'hot' } }),
      status: 500,
      type: JSON_TYPE,
      body: error('option "temperature" must be of type float32'),
    },
    {
      what: 'a string as num_ctx',
      ask: sonnet({ options: { num_ctx: 'big' } }),
      status: 500,
      body: error('option "num_ctx" must be of type integer'),
    },
    {
      what: 'a string as "stop", which Ollama refuses (C-57)',
      ask: sonnet({ options: { stop: 'x' } }),
      status: 200,
      body: isStream,
    },
    {
      what: 'a number as "stop"',
      ask: sonnet({ options: { stop: 1 } }),
      status: 500,
      body: error('option "stop" must be of type array'),
    },
    {
      what: 'an array of numbers as "stop"',
      ask: sonnet({ options: { stop: [1] } }),
      status: 500,
      body: error('option "stop" must be of an array of strings'),
    },
    {
      what: 'an array as the options',
      ask: sonnet({ options: [] }),
      status: 400,
      body: error(
        'json: cannot unmarshal array into Go struct field ChatRequest.options of type map[string]interface {}',
      ),
    },
    {
      what: 'unknown options and options of unexpected types',
      ask: sonnet({
        options: { _otelTraceContext: { traceId: 'x' }, num_ctx: 4096.5, seed: null, temperature: 0 },
      }),
      status: 200,
      body: isStream,
    },
    {
      what: 'the format "yaml"',
      ask: sonnet({ format: 'yaml' }),
      status: 500,
      body: error(String.raw`invalid format: "\"yaml\""; expected "json" or a valid JSON Schema object`),
    },
    ...['', 'json', { type: 'object' }, null].map((format): Row => ({
      what: `the format ${JSON.stringify(format)}`,
      ask: sonnet({ format }),
      status: 200,
      body: isStream,
    })),
    {
      what: 'keep_alive "24"',
      ask: sonnet({ keep_alive: '24' }),
      status: 400,
      body: error('time: missing unit in duration "24"'),
    },
    {
      what: 'keep_alive ""',
      ask: sonnet({ keep_alive: '' }),
      status: 400,
      body: error('time: invalid duration ""'),
    },
    {
      what: 'keep_alive "forever"',
      ask: sonnet({ keep_alive: 'forever' }),
      status: 400,
      body: error('time: invalid duration "forever"'),
    },
    {
      what: 'keep_alive true',
      ask: sonnet({ keep_alive: true }),
      status: 400,
      body: error("Unsupported type: 'bool'"),
    },
  ],
  'POST /api/chat without messages': [
    {
      what: 'an empty list of messages, and loads the model',
      ask: sonnet({ messages: [] }),
      status: 200,
      type: JSON_TYPE,
      body: isLoadReply('load'),
    },
    {
      what: '"messages": null, and loads the model',
      ask: sonnet({ messages: null }),
      status: 200,
      type: JSON_TYPE,
      body: isLoadReply('load'),
    },
    ...[0, '0', '0s'].map((keepAlive): Row => ({
      what: `keep_alive ${JSON.stringify(keepAlive)} without messages, and unloads the model`,
      ask: sonnet({ messages: [], keep_alive: keepAlive }),
      status: 200,
      type: JSON_TYPE,
      body: isLoadReply('unload'),
    })),
  ],
  'POST /api/chat, replies': [
    {
      what: 'a streamed chat, as NDJSON lines',
      ask: sonnet({}),
      status: 200,
      type: NDJSON,
      headers: { 'transfer-encoding': 'chunked' },
      body: (reply) => {
        isStream(reply);
        const lines = linesOf(reply.body);
        assert.deepEqual(
          lines.map((line) => messageOf(line)['content']),
          ['Hello', ' world', ''],
        );
        for (const line of lines) {
          assert.equal(line['model'], 'claude-sonnet');
          assert.equal(messageOf(line)['role'], 'assistant');
          assert.ok(!('type' in line));
          assert.equal('done_reason' in line, line['done']);
        }
        const last = lastLine(reply);
        assert.equal(last['done_reason'], 'stop');
        assert.equal(last['prompt_eval_count'], 11);
        assert.equal(last['eval_count'], 7);
        assert.equal(last['load_duration'], 1_250_000);
        assert.equal(last['prompt_eval_duration'], 2_000_000);
        assert.equal(last['eval_duration'], 3_000_000);
        assert.ok(Number.isInteger(last['total_duration']) && Number(last['total_duration']) >= 6_250_000);
      },
    },
    {
      what: '"stream": null, as NDJSON lines',
      ask: sonnet({ stream: null }),
      status: 200,
      type: NDJSON,
      body: isStream,
    },
    {
      what: '"stream": false, as one JSON text',
      ask: sonnet({ stream: false }),
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const whole = JSON.parse(reply.body) as Record<string, unknown>;
        assert.deepEqual(whole['message'], { role: 'assistant', content: 'Hello world' });
        assert.equal(whole['done'], true);
        assert.equal(whole['eval_count'], 7);
      },
    },
    ...[
      'CLAUDE-Sonnet:latest',
      ' claude-sonnet ',
      'library/claude-sonnet',
      'registry.ollama.ai/library/claude-sonnet:latest',
      'sonnet',
    ].map((model): Row => ({
      what: `the model name "${model}"`,
      ask: sonnet({ model }),
      status: 200,
      body: (reply) => assert.equal(lastLine(reply)['model'], model),
    })),
    {
      what: 'a reply with thinking, which is in its own field',
      ask: sonnet({ think: true }),
      script: says(thinking('hmm '), thinking('yes'), text('Hi'), DONE),
      status: 200,
      body: (reply) =>
        assert.deepEqual(linesOf(reply.body).map(messageOf), [
          { role: 'assistant', content: '', thinking: 'hmm ' },
          { role: 'assistant', content: '', thinking: 'yes' },
          { role: 'assistant', content: 'Hi' },
          { role: 'assistant', content: '' },
        ]),
    },
    {
      what: 'a streamed reply with tool calls',
      ask: sonnet({ tools: [{ type: 'function', function: { name: 'get_weather' } }] }),
      status: 200,
      script: says(text('Look:'), toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      body: (reply) => {
        const lines = linesOf(reply.body);
        assert.deepEqual(
          lines.map((line) => messageOf(line)['content']),
          ['Look:', ''],
        );
        assert.equal(
          JSON.stringify(messageOf(lines[1]!)['tool_calls']),
          '[{"id":"call_a1b2c3d4","function":{"index":0,"name":"get_weather","arguments":{"city":"Oslo"}}},' +
            '{"id":"call_a1b2c3d5","function":{"index":1,"name":"get_time","arguments":{}}}]',
        );
        assert.equal(lastLine(reply)['done_reason'], 'stop');
      },
    },
    {
      what: 'a streamed reply with tool calls to litellm, which reads the index beside the function',
      ask: { ...sonnet({}), headers: { 'user-agent': 'litellm/1.77.0' } },
      status: 200,
      script: says(toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      body: (reply) =>
        assert.equal(
          JSON.stringify(messageOf(lastLine(reply))['tool_calls']),
          '[{"id":"call_a1b2c3d4","function":{"index":0,"name":"get_weather","arguments":{"city":"Oslo"}},"index":0},' +
            '{"id":"call_a1b2c3d5","function":{"index":1,"name":"get_time","arguments":{}},"index":1}]',
        ),
    },
    {
      what: 'a streamed reply with tool calls to Zed, which reads only the first call of a line',
      ask: { ...sonnet({}), headers: { 'user-agent': 'Zed/0.212.0 (linux; x86_64)' } },
      status: 200,
      script: says(toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      body: (reply) =>
        assert.deepEqual(
          linesOf(reply.body).map((line) => (messageOf(line)['tool_calls'] as object[] | undefined)?.length),
          [1, 1, undefined],
        ),
    },
    {
      what: 'a whole reply with tool calls',
      ask: sonnet({ stream: false }),
      script: says(text('Look:'), toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      status: 200,
      body: (reply) => {
        const message = messageOf(JSON.parse(reply.body) as Record<string, unknown>);
        assert.equal(message['content'], 'Look:');
        assert.equal((message['tool_calls'] as object[]).length, 2);
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
      what: 'a refusal, with the done reason "stop"',
      ask: sonnet({}),
      script: says(text('No.'), done('refusal')),
      status: 200,
      body: (reply) => assert.equal(lastLine(reply)['done_reason'], 'stop'),
    },
    {
      what: 'an empty reply',
      ask: sonnet({}),
      script: says(DONE),
      status: 200,
      body: (reply) =>
        assert.deepEqual(
          linesOf(reply.body).map((line) => line['done']),
          [true],
        ),
    },
  ],
  'POST /api/chat, failures': [
    {
      what: 'a rate limit before the first chunk',
      ask: sonnet({}),
      script: fails(new ChatError('rateLimited', 'rate limit exceeded', { retryAfterSeconds: 2.5 })),
      status: 429,
      type: BARE,
      body: error('rate limit exceeded'),
      headers: { 'retry-after': '3' },
    },
    {
      what: 'a rate limit without streaming',
      ask: sonnet({ stream: false }),
      script: fails(new ChatError('rateLimited', 'rate limit exceeded')),
      status: 429,
      type: JSON_TYPE,
      body: error('rate limit exceeded'),
      headers: { 'retry-after': undefined },
    },
    {
      what: 'an internal error before the first chunk',
      ask: sonnet({}),
      script: fails(new TypeError('plain failure')),
      status: 500,
      type: BARE,
      body: error('Internal error: plain failure. Please report it with the log.'),
    },
    {
      what: 'an error during a stream, which becomes its last line',
      ask: sonnet({}),
      script: fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel')),
      status: 200,
      type: NDJSON,
      body: (reply) => {
        assert.deepEqual(lastLine(reply), { error: 'The CLI died.' });
        assert.deepEqual(
          linesOf(reply.body).map((line) => line['done']),
          [false, undefined],
        );
      },
    },
    {
      what: 'a stream whose source ends early, with an error as its last line',
      ask: sonnet({}),
      script: says(text('Hel')),
      status: 200,
      body: (reply) => assert.match(String(lastLine(reply)['error']), /ended before it was complete/),
    },
    {
      what: 'an error during a reply that is not streamed',
      ask: sonnet({ stream: false }),
      script: fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel')),
      status: 502,
      type: JSON_TYPE,
      body: error('The CLI died.'),
    },
  ],
  'POST /api/chat, messages': [
    {
      what: 'roles in capitals and tool messages',
      status: 200,
      body: isStream,
      ask: sonnet({
        messages: [
          { role: 'USER', content: 'hi' },
          { role: 'Assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
          { role: 'tool', content: '1', tool_name: 'f', tool_call_id: 'x' },
        ],
      }),
    },
    {
      what: 'tool call arguments as a string, which Ollama refuses (C-55)',
      ask: sonnet({
        messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }],
      }),
      status: 200,
      body: isStream,
    },
    {
      what: 'messages without content',
      ask: sonnet({ messages: [{ role: 'user', content: null }, { role: 'ghost', content: 'x' }, {}, null] }),
      status: 200,
      body: isStream,
    },
  ],
  'POST /api/show': [
    {
      what: 'a known model',
      ask: { path: '/api/show', body: '{"model":"claude-sonnet"}' },
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const shown = JSON.parse(reply.body) as Record<string, unknown>;
        const details = shown['details'] as Record<string, unknown>;
        assert.deepEqual(Object.keys(details), [
          'parent_model',
          'format',
          'family',
          'families',
          'parameter_size',
          'quantization_level',
        ]);
        const info = shown['model_info'] as Record<string, unknown>;
        assert.equal(info['general.architecture'], details['family']);
        assert.equal(info['claude.context_length'], 200_000);
        assert.equal(info['general.basename'], 'claude-sonnet');
        assert.deepEqual(shown['capabilities'], ['completion', 'tools', 'vision', 'thinking']);
        assert.match(String(shown['parameters']), /^num_ctx {24}200000$/);
        assert.match(String(shown['template']), /\.Tools/);
        assert.doesNotMatch(String(shown['template']), /\.Suffix/);
        assert.ok(!Number.isNaN(Date.parse(String(shown['modified_at']))));
      },
    },
    {
      what: 'a model in the older field "name"',
      ask: { path: '/api/show', body: '{"name":"claude-haiku:latest"}' },
      status: 200,
      body: (reply) => assert.match(reply.body, /"capabilities":\["completion","tools","vision"\]/),
    },
    {
      what: 'an unknown model',
      ask: { path: '/api/show', body: '{"model":"nope"}' },
      status: 404,
      body: error("model 'nope:latest' not found"),
    },
    {
      what: 'an empty object',
      ask: { path: '/api/show', body: '{}' },
      status: 400,
      body: error('model is required'),
    },
    {
      what: 'a request without a body',
      ask: { path: '/api/show', method: 'POST' },
      status: 400,
      body: error('missing request body'),
    },
    {
      what: 'GitHub Copilot, with the full name as general.basename',
      status: 200,
      body: (reply) => assert.match(reply.body, /"general.basename":"claude-sonnet:latest"/),
      ask: {
        path: '/api/show',
        body: '{"model":"claude-sonnet:latest"}',
        headers: { 'user-agent': 'GitHubCopilotChat/0.41.1' },
      },
    },
  ],
};

testRows(ROWS);

describe("Ollama's own routes", () => {
  afterEach(stopRigs);

  it('GET /api/tags lists the models in the same order with the same dates every time', async () => {
    const rig = await startRig();
    const first = await ask(rig, { path: '/api/tags' });
    const second = await ask(rig, { path: '/api/tags' });
    assert.equal(first.body, second.body);
  });

  it('GET /api/ps lists a model after a chat, until it is unloaded', async () => {
    const rig = await startRig();
    await chat(rig, { keep_alive: '10m' });
    const before = Date.now();
    const { models } = JSON.parse((await ask(rig, { path: '/api/ps' })).body) as {
      models: Record<string, unknown>[];
    };
    assert.equal(models.length, 1);
    const [model] = models;
    assert.equal(model?.['name'], 'claude-sonnet:latest');
    assert.equal(model?.['size_vram'], model?.['size']);
    assert.equal(model?.['context_length'], 200_000);
    const expires = Date.parse(String(model?.['expires_at']));
    assert.ok(expires > before + 9 * 60_000 && expires < before + 11 * 60_000);
    await chat(rig, { messages: [], keep_alive: 0 });
    assert.equal((await ask(rig, { path: '/api/ps' })).body, '{"models":[]}');
  });

  it('GET /api/ps shows an expiry in centuries for keep_alive -1', async () => {
    const rig = await startRig();
    await chat(rig, { messages: [], keep_alive: -1 });
    assert.match((await ask(rig, { path: '/api/ps' })).body, /"expires_at":"23\d\d-/);
  });

  it('loads and unloads a model without a request to the backend', async () => {
    const rig = await startRig();
    await chat(rig, { messages: [] });
    await chat(rig, { messages: [], keep_alive: 0 });
    assert.deepEqual(rig.backend.requests, []);
  });

  it('answers an unknown model with the default model and a warning, if the settings say so', async () => {
    const rig = await startRig({
      settings: {
        names: { defaultModel: 'haiku', unknown: 'default', aliases: { 'llama3.2': 'claude-sonnet' } },
      },
    });
    assert.equal((await post(rig, CHAT, { model: 'gpt-4', messages: USER_HI })).status, 200);
    assert.equal((await post(rig, CHAT, { model: 'Llama3.2', messages: USER_HI })).status, 200);
    assert.deepEqual(
      rig.backend.requests.map((request) => request.model),
      ['haiku', 'sonnet'],
    );
    const warnings = rig.lines.filter((line) => line.startsWith('warn'));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /Unknown model 'gpt-4': answered by claude-haiku:latest/);
  });

  it('reports why there are no models, and still replies to GET /api/version and GET /', async () => {
    const rig = await startRig();
    rig.backend.modelsError = new ChatError('cliMissing', 'Claude was not found. Install it.');
    for (const path of ['/api/tags', '/api/show', CHAT]) {
      const reply = await ask(
        rig,
        path === '/api/tags' ? { path } : { path, body: '{"model":"claude-sonnet"}' },
      );
      assert.equal(reply.status, 503);
      assert.equal(reply.body, error('Claude was not found. Install it.'));
    }
    assert.equal((await ask(rig, { path: '/api/version' })).status, 200);
    assert.equal((await ask(rig, { path: '/' })).status, 200);
  });
});
