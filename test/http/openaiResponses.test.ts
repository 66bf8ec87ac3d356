/** `/v1/responses`: conformance with Ollama, and with OpenAI where the stream of Ollama is not correct. */
import assert from 'node:assert/strict';
import { ChatError } from '../../src/core/errors.js';
import type { ChatEvent } from '../../src/core/chat.js';
import type { JsonObject } from '../../src/core/json.js';
import { DONE, fails, says, text, thinking } from '../support/fakeBackend.js';
import { framesOf, type Frame } from './openai.js';
import { post, type Reply, type Rig, startRig, stopRigs } from '../support/endpointRig.js';

const PATH = '/v1/responses';

type Event = Record<string, unknown> & { readonly type: string };

function respond(rig: Rig, more: object = {}): Promise<Reply> {
  return post(rig, PATH, { model: 'claude-sonnet', input: 'hi', ...more });
}

/** The events of a stream. Checks their names and sequence numbers. */
function eventsOf(reply: Reply): Event[] {
  assert.equal(reply.status, 200, reply.body);
  assert.equal(reply.headers['content-type'], 'text/event-stream');
  return framesOf(reply.body).map(({ event, data }: Frame, index) => {
    assert.equal(event, data['type']);
    assert.equal(data['sequence_number'], index);
    return data as Event;
  });
}

const json = (reply: Reply): Record<string, unknown> => JSON.parse(reply.body) as Record<string, unknown>;
const messageOf = (reply: Reply): unknown => (json(reply)['error'] as Record<string, unknown>)['message'];

const call = (id: string, name: string): ChatEvent => {
  return { type: 'toolCall', call: { id, name, arguments: { path: 'a.txt' } } };
};
const CALLS_DONE = { ...DONE, reason: 'toolCalls' } as ChatEvent;

/** Assembles a stream's output items, as clients do, and checks that each is added, extended and done in this order. */
function itemsOf(events: readonly Event[]): unknown[] {
  const items: Record<string, unknown>[] = [];
  let open: { item: Record<string, unknown>; grown: string } | undefined;
  for (const event of events) {
    switch (event.type) {
      case 'response.output_item.added':
        assert.equal(open, undefined, 'an item is opened inside another');
        assert.equal(event['output_index'], items.length);
        open = { item: event['item'] as Record<string, unknown>, grown: '' };
        break;
      case 'response.output_text.delta':
      case 'response.reasoning_summary_text.delta':
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        assert.equal(event['item_id'], open?.item['id']);
        if (open) open.grown += String(event['delta']);
        break;
      case 'response.output_text.done':
      case 'response.reasoning_summary_text.done':
        assert.equal(event['text'], open?.grown);
        break;
      case 'response.function_call_arguments.done':
        assert.equal(event['arguments'], open?.grown);
        break;
      case 'response.custom_tool_call_input.done':
        assert.equal(event['input'], open?.grown);
        break;
      case 'response.output_item.done':
        assert.equal(event['output_index'], items.length);
        assert.equal((event['item'] as Record<string, unknown>)['id'], open?.item['id']);
        items.push(event['item'] as Record<string, unknown>);
        open = undefined;
        break;
      default:
        break;
    }
  }
  assert.equal(open, undefined, 'an item is left open');
  return items;
}

describe('POST /v1/responses', () => {
  afterEach(stopRigs);

  it('requires a known model and a supported input', async () => {
    const rig = await startRig();
    for (const [body, message] of [
      [{}, 'model is required'],
      [{ model: 'claude-sonnet' }, 'input must be a string or a list of items'],
      [{ model: 'claude-sonnet', input: [{ type: 'weird' }] }, 'input[0]: unknown input item type: "weird"'],
      [
        { model: 'claude-sonnet', input: [{ role: 'user', content: [{ type: 'input_file' }] }] },
        'file inputs are not currently supported',
      ],
    ] as const) {
      const reply = await post(rig, PATH, body);
      assert.equal(reply.status, 400);
      assert.equal(messageOf(reply), message);
    }
    const unknown = await respond(rig, { model: 'nope' });
    assert.equal(unknown.status, 404);
    assert.equal(messageOf(unknown), "model 'nope' not found");
  });

  it('streams the events in the order of OpenAI’s API', async () => {
    const rig = await startRig();
    const usage = { promptTokens: 11, cachedTokens: 4, cacheWriteTokens: 2, outputTokens: 7 };
    rig.backend.script = says(thinking('hm'), thinking('m'), text('Hel'), text('lo'), {
      ...DONE,
      usage,
    } as ChatEvent);
    const events = eventsOf(await respond(rig, { stream: true }));
    assert.deepEqual(
      events.map(({ type }) => type.replace('response.', '')),
      [
        'created',
        'in_progress',
        'output_item.added',
        'reasoning_summary_part.added',
        'reasoning_summary_text.delta',
        'reasoning_summary_text.delta',
        'reasoning_summary_text.done',
        'reasoning_summary_part.done',
        'output_item.done',
        'output_item.added',
        'content_part.added',
        'output_text.delta',
        'output_text.delta',
        'output_text.done',
        'content_part.done',
        'output_item.done',
        'completed',
      ],
    );
    const response = events.at(-1)?.['response'] as Record<string, unknown>;
    assert.deepEqual(response['output'], itemsOf(events));
    assert.equal(response['status'], 'completed');
    assert.deepEqual(response['usage'], {
      input_tokens: 11,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 18,
    });
    const created = events[0]?.['response'] as Record<string, unknown>;
    assert.equal(created['status'], 'in_progress');
  });

  it('ends the text before tool calls, and gives each its own output item', async () => {
    const rig = await startRig();
    rig.backend.script = says(text('Look.'), call('toolu_1', 'read'), call('toolu_2', 'list'), CALLS_DONE);
    const events = eventsOf(await respond(rig, { stream: true }));
    const items = itemsOf(events) as Record<string, unknown>[];
    assert.deepEqual(
      items.map(({ type, call_id, arguments: args }) => [type, call_id, args]),
      [
        ['message', undefined, undefined],
        ['function_call', 'toolu_1', '{"path":"a.txt"}'],
        ['function_call', 'toolu_2', '{"path":"a.txt"}'],
      ],
    );
    assert.equal(new Set(items.map(({ id }) => id)).size, 3);
  });

  it('sends each call in the form of its tool', async () => {
    const rig = await startRig();
    const tools = [
      {
        type: 'custom',
        name: 'apply_patch',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
      },
      { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'spawn' }] },
      { type: 'tool_search', execution: 'client' },
      { type: 'local_shell' },
      { type: 'shell' },
    ];
    const callOf = (id: string, name: string, args: JsonObject): ChatEvent => {
      return { type: 'toolCall', call: { id, name, arguments: args } };
    };
    rig.backend.script = says(
      callOf('toolu_1', 'apply_patch', { input: '*** Begin "Patch"\n+\tü' }),
      callOf('toolu_2', 'agents__spawn', { task: 'look' }),
      callOf('toolu_3', 'tool_search', { query: 'mail' }),
      callOf('toolu_4', 'local_shell', { command: ['ls'] }),
      callOf('toolu_5', 'shell', { commands: ['ls'] }),
      CALLS_DONE,
    );
    const events = eventsOf(await respond(rig, { stream: true, tools }));
    const items = itemsOf(events) as Record<string, unknown>[];
    const response = events.at(-1)?.['response'] as Record<string, unknown>;
    assert.deepEqual(response['output'], items);
    const action = {
      type: 'exec',
      command: ['ls'],
      env: {},
      timeout_ms: null,
      user: null,
      working_directory: null,
    };
    assert.deepEqual(
      items.map(({ id: _id, status: _status, ...item }) => item),
      [
        {
          type: 'custom_tool_call',
          call_id: 'toolu_1',
          name: 'apply_patch',
          input: '*** Begin "Patch"\n+\tü',
        },
        {
          type: 'function_call',
          call_id: 'toolu_2',
          name: 'spawn',
          namespace: 'agents',
          arguments: '{"task":"look"}',
        },
        { type: 'tool_search_call', call_id: 'toolu_3', execution: 'client', arguments: { query: 'mail' } },
        { type: 'local_shell_call', call_id: 'toolu_4', action },
        {
          type: 'shell_call',
          call_id: 'toolu_5',
          action: { commands: ['ls'], timeout_ms: null, max_output_length: null },
          environment: { type: 'local' },
        },
      ],
    );
    const custom = events.filter(({ type }) => type.startsWith('response.custom_tool_call_input'));
    assert.deepEqual(
      custom.map(({ type }) => type),
      ['response.custom_tool_call_input.delta', 'response.custom_tool_call_input.done'],
    );
  });

  it('logs what it leaves out of a request', async () => {
    const rig = await startRig();
    const tools = [{ type: 'web_search', external_web_access: true }];
    const input = [
      { type: 'item_reference', id: 'msg_1\n' },
      { role: 'user', content: 'hi' },
    ];
    assert.equal((await respond(rig, { tools, input })).status, 200);
    assert.deepEqual(
      rig.lines.filter((line) => line.includes('left out') || line.includes('skipped')),
      [
        "info #1 tool web_search left out, it runs on OpenAI's servers only",
        'info #1 input[0]: item_reference msg_1\\u000a skipped, responses are not stored',
      ],
    );
  });

  it('names the field that it refuses', async () => {
    const rig = await startRig();
    const reply = await respond(rig, { background: true });
    assert.equal(reply.status, 400);
    const { error } = json(reply) as { error: Record<string, unknown> };
    assert.deepEqual([error['code'], error['param']], ['unsupported_parameter', 'background']);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('returns the same response with and without streaming', async () => {
    const rig = await startRig();
    rig.backend.script = says(thinking('hm'), text('Look.'), call('toolu_1', 'read'), CALLS_DONE);
    const whole = json(await respond(rig, { instructions: 'Be brief.' }));
    const last = eventsOf(await respond(rig, { instructions: 'Be brief.', stream: true })).at(-1);
    const strip = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value)
          .replace(/_[0-9a-f]{32}/g, '_ID')
          .replace(/"(created|completed)_at":\d+/g, '"$1_at":0'),
      );
    assert.deepEqual(strip(whole), strip(last?.['response']));
    assert.equal(whole['instructions'], 'Be brief.');
    assert.equal(whole['error'], null);
  });

  it('reports a cut or refused reply as incomplete', async () => {
    const rig = await startRig();
    for (const [reason, said] of [
      ['length', 'max_output_tokens'],
      ['refusal', 'content_filter'],
    ]) {
      rig.backend.script = says(text('Hel'), { ...DONE, reason } as ChatEvent);
      const body = json(await respond(rig));
      assert.equal(body['status'], 'incomplete');
      assert.deepEqual(body['incomplete_details'], { reason: said });
    }
  });

  it('ends a failed stream with an error event and response.failed', async () => {
    const rig = await startRig();
    rig.backend.script = fails(new ChatError('cliFailed', 'The CLI died.'), text('Hel'));
    const events = eventsOf(await respond(rig, { stream: true }));
    const [error, failed] = events.slice(-2);
    assert.deepEqual(
      [error?.type, error?.['message'], error?.['code']],
      ['error', 'The CLI died.', 'server_error'],
    );
    assert.equal(failed?.type, 'response.failed');
    const response = failed?.['response'] as Record<string, unknown>;
    assert.equal(response['status'], 'failed');
    assert.deepEqual(response['error'], { code: 'server_error', message: 'The CLI died.' });
  });

  it('refuses to continue a stored response or conversation', async () => {
    const rig = await startRig();
    const reply = await respond(rig, { previous_response_id: 'resp_1' });
    assert.equal(reply.status, 400);
    const { error } = json(reply) as { error: Record<string, unknown> };
    assert.deepEqual(
      [error['code'], error['param']],
      ['previous_response_not_found', 'previous_response_id'],
    );
    assert.equal((await respond(rig, { conversation: 'conv_1' })).status, 400);
    assert.deepEqual(rig.backend.requests, []);
  });

  it('streams an empty reply', async () => {
    const rig = await startRig();
    rig.backend.script = says(DONE);
    const events = eventsOf(await respond(rig, { stream: true }));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['response.created', 'response.in_progress', 'response.completed'],
    );
  });
});
