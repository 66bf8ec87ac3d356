/** The Anthropic Messages API, over real sockets. */
import assert from 'node:assert/strict';
import { ChatError, type ErrorKind } from '../../src/core/errors.js';
import { DONE, fails, hangs, says, text, thinking } from '../support/fakeBackend.js';
import { framesOf } from './openai.js';
import {
  type Ask,
  ask,
  nextChunk,
  post,
  type Reply,
  startRig,
  stopRigs,
  USER_HI,
} from '../support/endpointRig.js';
import { CALL, CALL2, testRows, done, JSON_TYPE, type Row, toolCall } from './table.js';

const MESSAGES = '/v1/messages';
const SSE = 'text/event-stream';
const BASE = { model: 'claude-sonnet', max_tokens: 100, messages: USER_HI };

const body = (value: unknown): Ask => ({ path: MESSAGES, body: JSON.stringify(value) });
const sonnet = (more: object): Ask => body({ ...BASE, ...more });
const user = (...content: readonly unknown[]): object => ({ messages: [{ role: 'user', content }] });

const isError =
  (type: string, message: string | RegExp) =>
  (reply: Reply): void => {
    const { request_id, ...rest } = JSON.parse(reply.body) as {
      request_id: string;
      type: string;
      error: { type: string; message: string };
    };
    assert.match(request_id, /^req_[0-9a-f]{24}$/);
    assert.equal(rest.type, 'error');
    assert.equal(rest.error.type, type);
    if (typeof message === 'string') assert.equal(rest.error.message, message);
    else assert.match(rest.error.message, message);
  };

/** For each event its name, with the fields that identify it. */
function summaryOf(reply: Reply): unknown[] {
  return framesOf(reply.body).map(({ event, data }) => {
    assert.equal(data['type'], event);
    switch (event ?? '') {
      case 'content_block_start':
        return [event, data['index'], data['content_block']];
      case 'content_block_delta':
        return [event, data['index'], data['delta']];
      case 'content_block_stop':
        return [event, data['index']];
      case 'message_delta':
        return [event, data['delta']];
      default:
        return event;
    }
  });
}

const hasEvents =
  (...expected: readonly unknown[]) =>
  (reply: Reply): void =>
    assert.deepEqual(summaryOf(reply), expected);

const endEvents = (stop_reason: string, stop_sequence: string | null = null): unknown[] => [
  ['message_delta', { stop_reason, stop_sequence }],
  'message_stop',
];

const textEvents = (index: number, ...deltas: readonly string[]): unknown[] => [
  ['content_block_start', index, { type: 'text', text: '' }],
  ...deltas.map((delta) => ['content_block_delta', index, { type: 'text_delta', text: delta }]),
  ['content_block_stop', index],
];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'POST /v1/messages, requests': [
    {
      what: 'an empty object',
      ask: body({}),
      status: 400,
      type: JSON_TYPE,
      body: isError('invalid_request_error', 'model is required'),
    },
    {
      what: 'a request without a body',
      ask: { path: MESSAGES, method: 'POST' },
      status: 400,
      body: isError('invalid_request_error', 'EOF'),
    },
    ...[undefined, 0, -1].map((maxTokens): Row => ({
      what: `max_tokens ${maxTokens}`,
      ask: body({ model: 'nope', max_tokens: maxTokens }),
      status: 400,
      body: isError('invalid_request_error', 'max_tokens is required and must be positive'),
    })),
    ...[undefined, []].map((messages): Row => ({
      what: `messages ${JSON.stringify(messages)}`,
      ask: body({ model: 'nope', max_tokens: 1, messages }),
      status: 400,
      body: isError('invalid_request_error', 'messages is required'),
    })),
    {
      what: 'a number as the model',
      ask: body({ model: 5 }),
      status: 400,
      body: isError(
        'invalid_request_error',
        'json: cannot unmarshal number into Go struct field MessagesRequest.model of type string',
      ),
    },
    {
      what: 'a number among the stop sequences',
      ask: sonnet({ stop_sequences: ['a', 1] }),
      status: 400,
      body: isError(
        'invalid_request_error',
        'json: cannot unmarshal number into Go struct field MessagesRequest.stop_sequences of type string',
      ),
    },
    ...(
      [
        [5, 'invalid message content type: float64'],
        [{ type: 'text' }, 'invalid message content type: map[string]interface {}'],
        [['x'], 'invalid content block format'],
        [[{ type: 'image' }], 'invalid image source'],
        [
          [{ type: 'image', source: { type: 'url', url: 'http://x' } }],
          'invalid image source type: url. Only base64 images are supported.',
        ],
        [
          [{ type: 'image', source: { type: 'base64', data: '!' } }],
          'invalid base64 image data: illegal base64 data at input byte 0',
        ],
        [
          [{ type: 'image', source: { type: 'base64', data: 'AAAA' } }],
          /Claude accepts PNG, JPEG, GIF and WebP/,
        ],
        [[{ type: 'document' }], 'invalid document source'],
        [
          [{ type: 'document', source: { type: 'base64', data: 'AAAA' } }],
          /^A file cannot be sent to Claude/,
        ],
        [
          [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: '!' } }],
          'invalid base64 document data: illegal base64 data at input byte 0',
        ],
        [
          [{ type: 'document', source: { type: 'base64', media_type: 'text/plain', data: '/w==' } }],
          /^A file \(text\/plain\) cannot be sent to Claude/,
        ],
        ...['url', 'file'].map(
          (type) =>
            [
              [{ type: 'document', source: { type } }],
              new RegExp(`^document blocks with a source of the type "${type}"`),
            ] as const,
        ),
        [[{ type: 'container_upload', file_id: 'f' }], /"container_upload"/],
        [[{ type: 'from the future', text: 'x' }], /"from the future"/],
        [
          [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'from the future' }] }],
          /"from the future"/,
        ],
      ] as const
    ).map(([content, message]): Row => ({
      what: `content ${JSON.stringify(content)}`,
      ask: sonnet({ model: 'nope', messages: [{ role: 'user', content }] }),
      status: 400,
      body: isError('invalid_request_error', message),
    })),
    ...(
      [
        [{ type: 'tool_use', name: 'f' }, "tool_use block missing required 'id' field"],
        [{ type: 'tool_use', id: 'a' }, "tool_use block missing required 'name' field"],
      ] as const
    ).map(([block, message]): Row => ({
      what: `the tool call ${JSON.stringify(block)}`,
      ask: sonnet({ messages: [...USER_HI, { role: 'assistant', content: [block] }] }),
      status: 400,
      body: isError('invalid_request_error', message),
    })),
    {
      what: "a tool of Anthropic's servers",
      ask: sonnet({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
      status: 400,
      body: isError('invalid_request_error', /"web_search_20250305" is not supported/),
    },
    {
      what: 'a tool_choice that names an unknown tool',
      ask: sonnet({ tools: [{ name: 'f' }], tool_choice: { type: 'tool', name: 'g' } }),
      status: 400,
      body: isError('invalid_request_error', /"g"/),
    },
    ...(
      [
        [{ type: 'tool' }, /must have a name/],
        [{ type: 'sometimes' }, /"sometimes"/],
      ] as const
    ).map(([tool_choice, message]): Row => ({
      what: `the tool_choice ${JSON.stringify(tool_choice)}`,
      ask: sonnet({ tools: [{ name: 'f' }], tool_choice }),
      status: 400,
      body: isError('invalid_request_error', message),
    })),
    ...(
      [
        ['container', 'container_1'],
        ['container', { skills: [] }],
        ['mcp_servers', [{ type: 'url', url: 'https://mcp.test', name: 'm' }]],
        ['context_management', { edits: [{ type: 'clear_tool_uses_20250919' }] }],
        ['context_management', { edits: [{ type: 'compact_20260112' }] }],
        ['compaction', {}],
        ['billing_policy', { type: 'billing_policy', bill_to: 'user_profile' }],
      ] as const
    ).map(([field, value]): Row => ({
      what: `the field ${field} ${JSON.stringify(value)}`,
      ask: sonnet({ [field]: value }),
      status: 400,
      body: isError(
        'invalid_request_error',
        new RegExp(`^The field "${field}" is not supported: .*\\. [A-Z]`),
      ),
    })),
    ...(
      [
        [{ type: 'create' }, 400, 'invalid_request_error', { unsupported: ['thread'] }],
        [{ type: 'continue', previous_message_id: 'msg_1' }, 404, 'not_found_error', {}],
      ] as const
    ).map(([thread, status, type, more]): Row => ({
      what: `the thread ${thread.type}`,
      // After an unfinished answer, a client continues a thread without a message.
      ask: sonnet({ thread, ...(thread.type === 'continue' ? { messages: [] } : {}) }),
      status,
      body: (reply) => {
        const { error } = JSON.parse(reply.body) as {
          error: { type: string; message: string; details: unknown };
        };
        assert.equal(error.type, type);
        assert.match(error.message, /whole conversation/);
        const error_code = thread.type === 'create' ? 'thread_unsupported_request' : 'thread_not_found';
        assert.deepEqual(error.details, { error_code, ...more });
      },
    })),
    {
      what: 'an unknown output format',
      ask: sonnet({ output_config: { format: { type: 'grammar' } } }),
      status: 400,
      body: isError('invalid_request_error', /"grammar"/),
    },
    {
      what: 'fields that ask for nothing that this server lacks',
      ask: sonnet({
        thread: null,
        container: null,
        mcp_servers: [],
        // Claude Code sends this with every request.
        context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
        billing_policy: { type: 'billing_policy', bill_to: 'self' },
        metadata: { user_id: 'x' },
        service_tier: 'auto',
        speed: 'fast',
        inference_geo: 'us',
        diagnostics: { previous_message_id: 'msg_1' },
        cache_control: { type: 'ephemeral' },
        fallbacks: 'default',
        output_format: { type: 'text' },
      }),
      status: 200,
    },
    {
      what: 'a message without content',
      ask: sonnet({ messages: [...USER_HI, { role: 'assistant', content: null }, { role: 'user' }] }),
      status: 200,
    },
    {
      what: 'an unknown effort',
      ask: sonnet({ output_config: { effort: 'heroic' } }),
      status: 400,
      body: isError('invalid_request_error', /"heroic"/),
    },
    {
      what: 'an unknown model',
      ask: sonnet({ model: 'nope' }),
      status: 404,
      body: isError('not_found_error', "model 'nope' not found"),
    },
    {
      what: 'an unknown model with streaming',
      ask: sonnet({ model: 'nope', stream: true }),
      status: 404,
      body: isError('not_found_error', "model 'nope' not found"),
    },
  ],
  'POST /v1/messages, replies': [
    {
      what: 'a streamed message',
      ask: sonnet({ stream: true }),
      script: says(
        { type: 'usage', usage: { promptTokens: 11, cachedTokens: 4, outputTokens: 1 } },
        text('Hello'),
        text(' world'),
        DONE,
      ),
      status: 200,
      type: SSE,
      headers: { 'cache-control': 'no-cache, no-store', connection: 'close' },
      body: (reply) => {
        hasEvents('message_start', ...textEvents(0, 'Hello', ' world'), ...endEvents('end_turn'))(reply);
        const frames = framesOf(reply.body);
        const { id, ...message } = frames[0]!.data['message'] as Record<string, unknown>;
        assert.match(String(id), /^msg_[0-9a-f]{24}$/);
        assert.deepEqual(message, {
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: {
            input_tokens: 7,
            cache_creation_input_tokens: null,
            cache_read_input_tokens: 4,
            output_tokens: 1,
          },
        });
        assert.deepEqual(frames.at(-2)!.data['usage'], {
          input_tokens: 7,
          cache_creation_input_tokens: null,
          cache_read_input_tokens: 4,
          output_tokens: 7,
        });
      },
    },
    {
      what: 'an empty reply',
      ask: sonnet({ stream: true }),
      script: says(DONE),
      status: 200,
      body: hasEvents('message_start', ...endEvents('end_turn')),
    },
    {
      what: 'a surrogate pair that is split over two deltas',
      ask: sonnet({ stream: true }),
      script: says(text('a\ud83d'), text('\ude00'), DONE),
      status: 200,
      body: hasEvents('message_start', ...textEvents(0, 'a', '😀'), ...endEvents('end_turn')),
    },
    {
      what: 'a streamed message with thinking',
      ask: sonnet({ stream: true, thinking: { type: 'enabled', budget_tokens: 1024 } }),
      script: says(thinking('hmm'), text('Hi'), DONE),
      status: 200,
      body: hasEvents(
        'message_start',
        ['content_block_start', 0, { type: 'thinking', thinking: '', signature: '' }],
        ['content_block_delta', 0, { type: 'thinking_delta', thinking: 'hmm' }],
        ['content_block_delta', 0, { type: 'signature_delta', signature: 'bm90IHNpZ25lZA==' }],
        ['content_block_stop', 0],
        ...textEvents(1, 'Hi'),
        ...endEvents('end_turn'),
      ),
    },
    {
      what: 'a streamed message with tool calls',
      ask: sonnet({ stream: true, tools: [{ name: 'get_weather', input_schema: { type: 'object' } }] }),
      script: says(text('Look:'), toolCall(CALL), toolCall(CALL2), done('toolCalls')),
      status: 200,
      body: hasEvents(
        'message_start',
        ...textEvents(0, 'Look:'),
        ['content_block_start', 1, { type: 'tool_use', id: CALL.id, name: CALL.name, input: {} }],
        ['content_block_delta', 1, { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' }],
        ['content_block_stop', 1],
        ['content_block_start', 2, { type: 'tool_use', id: CALL2.id, name: CALL2.name, input: {} }],
        ['content_block_delta', 2, { type: 'input_json_delta', partial_json: '{}' }],
        ['content_block_stop', 2],
        ...endEvents('tool_use'),
      ),
    },
    {
      what: 'a whole message with thinking, text and a tool call',
      ask: sonnet({}),
      script: says(thinking('h'), thinking('m'), text('Lo'), text('ok'), toolCall(CALL), done('toolCalls')),
      status: 200,
      type: JSON_TYPE,
      body: (reply) => {
        const { id, ...message } = JSON.parse(reply.body) as Record<string, unknown>;
        assert.match(String(id), /^msg_[0-9a-f]{24}$/);
        assert.deepEqual(message, {
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'bm90IHNpZ25lZA==' },
            { type: 'text', text: 'Look' },
            { type: 'tool_use', id: CALL.id, name: CALL.name, input: CALL.arguments },
          ],
          stop_reason: 'tool_use',
          stop_sequence: null,
          usage: {
            input_tokens: 7,
            cache_creation_input_tokens: null,
            cache_read_input_tokens: 4,
            output_tokens: 7,
          },
        });
      },
    },
    {
      what: 'an empty message without streaming',
      ask: sonnet({}),
      script: says(DONE),
      status: 200,
      body: (reply) => assert.match(reply.body, /"content":\[\],"stop_reason":"end_turn"/),
    },
    ...(
      [
        ['length', undefined, 'max_tokens', null],
        ['contextFull', undefined, 'model_context_window_exceeded', null],
        ['refusal', undefined, 'refusal', null],
        ['stop', 'END', 'stop_sequence', 'END'],
      ] as const
    ).map(([reason, stopSequence, stopReason, sequence]): Row => {
      const end = { ...DONE, reason, ...(stopSequence === undefined ? {} : { stopSequence }) } as typeof DONE;
      return {
        what: `a reply that ended with ${stopReason}`,
        ask: sonnet({ stream: true }),
        script: says(text('Hi'), end),
        status: 200,
        body: hasEvents('message_start', ...textEvents(0, 'Hi'), ...endEvents(stopReason, sequence)),
      };
    }),
    {
      what: 'thinking with a model that cannot think, which is ignored',
      ask: sonnet({ model: 'claude-haiku', thinking: { type: 'enabled', budget_tokens: 1024 } }),
      status: 200,
    },
  ],
  'POST /v1/messages, failures': [
    {
      what: 'an error during a stream, which becomes an error event',
      ask: sonnet({ stream: true }),
      script: fails(new ChatError('overloaded', 'Too busy.'), text('Hel')),
      status: 200,
      body: (reply) => {
        const { event, data } = framesOf(reply.body).at(-1)!;
        assert.equal(event, 'error');
        assert.deepEqual(data, { type: 'error', error: { type: 'overloaded_error', message: 'Too busy.' } });
      },
    },
    {
      what: 'an error before the first event',
      ask: sonnet({ stream: true }),
      script: fails(new ChatError('rateLimited', 'Later.', { retryAfterSeconds: 2.1 }), {
        type: 'usage',
        usage: { promptTokens: 1, cachedTokens: 0, outputTokens: 0 },
      }),
      status: 429,
      headers: { 'retry-after': '3' },
      body: isError('rate_limit_error', 'Later.'),
    },
    ...(
      [
        ['contextTooLong', 400, 'invalid_request_error'],
        ['tooLarge', 413, 'request_too_large'],
        ['untrusted', 403, 'permission_error'],
        ['cliMissing', 400, 'api_error'],
        ['notSignedIn', 401, 'authentication_error'],
        ['keyRejected', 401, 'authentication_error'],
        ['paymentRequired', 402, 'billing_error'],
        ['cliFailed', 424, 'api_error'],
        ['overloaded', 529, 'overloaded_error'],
        ['busy', 503, 'overloaded_error'],
        ['timeout', 424, 'timeout_error'],
        ['internal', 500, 'api_error'],
      ] as const satisfies readonly (readonly [ErrorKind, number, string])[]
    ).map(([kind, status, type]): Row => ({
      what: `a failure of the kind ${kind}`,
      ask: sonnet({}),
      script: fails(new ChatError(kind, 'What happened.')),
      status,
      body: isError(type, 'What happened.'),
    })),
    {
      what: 'a page of a foreign origin',
      ask: { ...sonnet({}), headers: { origin: 'https://evil.example' } },
      status: 403,
      body: isError('permission_error', /./),
    },
  ],
};

testRows(ROWS);

describe('POST /v1/messages', () => {
  afterEach(stopRigs);

  it('passes system prompt, messages, tools, format, effort, limits and sampling to the backend', async () => {
    const rig = await startRig();
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
    const part = { type: 'image', mediaType: 'image/png', data: png };
    const schema = { type: 'object', properties: { x: { type: 'string', format: 'uri' } }, strict: 1 };
    const reply = await post(rig, MESSAGES, {
      model: 'claude-sonnet',
      max_tokens: 9,
      system: [
        { type: 'text', text: 'Be ', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'brief.' },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'look' }, image] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'x' },
            { type: 'text', text: 'I will.' },
            { type: 'tool_use', id: 'toolu_1', name: 'f', input: { x: 'y' } },
            { type: 'tool_use', id: 'toolu_2', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'ok' }, image] },
            { type: 'tool_result', tool_use_id: 'toolu_2', content: 'broken', is_error: true },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
      tools: [{ name: 'f', description: 'does', input_schema: schema }],
      thinking: { type: 'adaptive' },
      output_config: { effort: 'xhigh', format: { type: 'json_schema', schema } },
      stop_sequences: ['END', ''],
      temperature: 1,
      top_p: 0.5,
      top_k: 40,
      metadata: { user_id: 'x' },
    });
    assert.equal(reply.status, 200, reply.body);
    assert.deepEqual(rig.backend.requests, [
      {
        buffered: true,
        client: '',
        lane: 'chat',
        model: 'sonnet',
        system: 'Be brief.',
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'look' }, part] },
          {
            role: 'assistant',
            content: [
              { type: 'text', text: 'I will.' },
              { type: 'toolCall', call: { id: 'toolu_1', name: 'f', arguments: { x: 'y' } } },
              { type: 'toolCall', call: { id: 'toolu_2', name: 'f', arguments: {} } },
            ],
          },
          {
            role: 'user',
            content: [
              {
                type: 'toolResult',
                callId: 'toolu_1',
                content: [{ type: 'text', text: 'ok' }, part],
                isError: false,
              },
            ],
          },
          {
            role: 'user',
            content: [
              {
                type: 'toolResult',
                callId: 'toolu_2',
                content: [{ type: 'text', text: 'broken' }],
                isError: true,
              },
            ],
          },
          { role: 'user', content: [{ type: 'text', text: 'And?' }] },
        ],
        tools: [{ name: 'f', description: 'does', parameters: schema }],
        format: { type: 'schema', schema },
        thinking: { mode: 'on', show: true, effort: 'max' },
        stop: ['END'],
        maxTokens: 9,
        sampling: { temperature: 1, topP: 0.5, topK: 40 },
      },
    ]);
  });

  it('says whether the model thinks, and shows it only if the request enables it', async () => {
    const rig = await startRig();
    for (const more of [
      {},
      { thinking: { type: 'disabled' } },
      { thinking: { type: 'adaptive', display: 'omitted' } },
      { output_config: { effort: 'low' } },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      { model: 'claude-haiku', thinking: { type: 'enabled', budget_tokens: 2000 } },
    ]) {
      await ask(rig, sonnet(more));
    }
    assert.deepEqual(
      rig.backend.requests.map(({ thinking }) => thinking),
      [
        { show: false },
        { mode: 'off', show: false },
        { mode: 'on', show: false },
        { show: false, effort: 'low' },
        { mode: 'on', show: true },
        { show: false },
      ],
    );
  });

  it('takes the effort of the last system message that sets one', async () => {
    const rig = await startRig();
    const set = (effort: string): object => ({
      role: 'system',
      content: 'Go on.',
      output_config: { effort },
    });
    await ask(
      rig,
      sonnet({
        output_config: { effort: 'max' },
        messages: [...USER_HI, set('low'), ...USER_HI, set('high'), ...USER_HI],
      }),
    );
    assert.equal(rig.backend.requests[0]?.thinking?.effort, 'high');
  });

  it('passes tool_choice on, and leaves the other tools on offer', async () => {
    const rig = await startRig();
    const tools = [{ name: 'f' }, { name: 'g' }];
    for (const tool_choice of [
      { type: 'none' },
      { type: 'auto' },
      { type: 'auto', disable_parallel_tool_use: true },
      { type: 'any' },
      { type: 'any', disable_parallel_tool_use: true },
      { type: 'tool', name: 'g' },
      { type: 'tool', name: 'g', disable_parallel_tool_use: true },
    ]) {
      await ask(rig, sonnet({ tools, tool_choice }));
    }
    assert.deepEqual(
      rig.backend.requests.map(({ tools: offered, toolChoice, system }) => [
        offered.map(({ name }) => name).join(),
        toolChoice,
        system,
      ]),
      [
        ['', undefined, ''],
        ['f,g', undefined, ''],
        ['f,g', { required: false, single: true }, ''],
        ['f,g', { required: true, single: false }, ''],
        ['f,g', { required: true, single: true }, ''],
        ['f,g', { required: true, name: 'g', single: false }, ''],
        ['f,g', { required: true, name: 'g', single: true }, ''],
      ],
    );
  });

  it('adds system messages before the first turn to the system prompt', async () => {
    const rig = await startRig();
    await ask(rig, sonnet({ system: 'a', messages: [{ role: 'system', content: 'b' }, ...USER_HI] }));
    assert.equal(rig.backend.requests[0]?.system, 'a\n\nb');
    assert.equal(rig.backend.requests[0]?.messages.length, 1);
  });

  it('keeps a later system message at its place', async () => {
    const rig = await startRig();
    const [hi] = USER_HI;
    const answer = { role: 'assistant', content: 'Hello.' };
    await ask(rig, sonnet({ messages: [hi, answer, { role: 'system', content: 'Saved.' }, hi] }));
    const [request] = rig.backend.requests;
    assert.equal(request?.system, '');
    assert.deepEqual(
      request.messages.map(({ role }) => role),
      ['user', 'assistant', 'user', 'user'],
    );
    assert.match(JSON.stringify(request.messages[2]), /system_message.*Saved\./);
  });

  it('keeps a silent stream alive with pings after message_start', async () => {
    const rig = await startRig({ heartbeatMs: 10 });
    rig.backend.script = hangs();
    const response = await fetch(`${rig.url}${MESSAGES}`, {
      method: 'POST',
      body: JSON.stringify({ ...BASE, stream: true }),
    });
    const reader = response.body!.getReader();
    let received = '';
    while ((received.match(/event: ping/g)?.length ?? 0) < 2) received += (await nextChunk(reader)) ?? '';
    const events = received.match(/(?<=event: )\w+/g);
    assert.deepEqual(events?.slice(0, 3), ['message_start', 'ping', 'ping']);
    await reader.cancel();
  });

  it('reports the model as loaded after the reply', async () => {
    const rig = await startRig();
    await ask(rig, sonnet(user({ type: 'text', text: 'hi' })));
    assert.match((await ask(rig, { path: '/api/ps' })).body, /claude-sonnet:latest/);
  });
});
