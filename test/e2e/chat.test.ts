import assert from 'node:assert/strict';
import { textReply, messageReply, type ApiMessage, type StandInRequest } from '../standin/server.js';
import { ask, chatOf, chatUntil, firstText, openChat, textOf } from '../support/httpClient.js';
import { createLatch } from '../support/latch.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE } from '../support/processTable.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const MEGABYTE = Array.from({ length: 20_000 }, (_, i) => `line ${i}: äöü 👍 ${'x'.repeat(30)}\n`).join('');

/** The conversation as it arrived at the API, without the CLI's own messages, which have the role `system`. */
function history(request: StandInRequest): unknown {
  const plain = (content: ApiMessage['content']): unknown =>
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : content.map(({ cache_control: _mark, ...block }) => block);
  return request.body.messages
    .filter((message) => message.role !== 'system')
    .map(({ role, content }) => [role, plain(content)]);
}

describe('POST /api/chat with the real CLI', function () {
  this.timeout(120_000);
  let headless: Headless;
  let url: string;
  let standIn: Headless['standIn'];

  before(async () => {
    headless = await startHeadless();
    ({ url, standIn } = headless);
  });
  after(() => headless.stop());

  /** The newest request at the API. */
  async function newestRequest(): Promise<StandInRequest> {
    let request = await standIn.nextRequest();
    while (request.number < standIn.requests.length) request = await standIn.nextRequest();
    return request;
  }

  it('streams each delta as a line, before the answer is complete', async () => {
    const [first, second] = [createLatch(), createLatch()];
    const usage = { input_tokens: 12, output_tokens: 34 };
    standIn.reply(textReply(['one', first.opened, ' two', second.opened, ' three'], { usage }));
    const stream = await openChat(url, chatOf('count'));
    assert.equal(stream.status, 200);
    assert.equal(stream.headers['content-type'], 'application/x-ndjson');
    assert.equal(await firstText(stream), 'one');
    first.open();
    const line = await stream.next();
    assert.deepEqual(line?.message, { role: 'assistant', content: ' two' });
    assert.equal(line.done, false);
    assert.equal(line['model'], 'claude-sonnet');
    second.open();
    const [third, end, ...more] = await stream.rest();
    assert.equal(third?.message?.content, ' three');
    assert.deepEqual(more, []);
    assert.deepEqual([end?.done, end?.done_reason, end?.message?.content], [true, 'stop', '']);
    assert.deepEqual([end?.prompt_eval_count, end?.eval_count], [12, 34]);
    for (const name of ['total_duration', 'load_duration', 'prompt_eval_duration', 'eval_duration']) {
      assert.ok(Number.isSafeInteger(end?.[name]) && Number(end?.[name]) > 0, name);
    }
  });

  it('answers with one object for stream: false', async () => {
    standIn.reply(textReply('all of it', { usage: { output_tokens: 34 } }));
    const { status, headers, body } = await ask(url, {
      path: '/api/chat',
      body: chatOf('hi', { stream: false }),
    });
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    const answer = JSON.parse(body) as Record<string, unknown>;
    assert.deepEqual(answer['message'], { role: 'assistant', content: 'all of it' });
    assert.deepEqual([answer['done'], answer['done_reason'], answer['eval_count']], [true, 'stop', 34]);
  });

  /** One conversation, so that the server must also recognize each text when the client sends it back. */
  const messages: object[] = [];
  let first: unknown;

  for (const [name, pieces] of [
    ['new lines, tabs, indentation and trailing space', ['\n\n  def f():\n\treturn "x"  \r\n\n']],
    ['text outside the Basic Multilingual Plane', ['👩‍👩‍👧‍👦 日本語 \u{1F600}', 'e\u0301']],
    ['surrogate pairs cut by the API', ['a\ud83d', '\ude00b\ud83d', '\ude01']],
    ['quotes, control characters and line separators', ['"\\\u0000\u0007\u001b[31m\u2028\u2029\u007f<&>']],
    ['text that looks like a protocol message', ['{"done":true}\n', 'data: [DONE]\n\n', '\n{"error":"x"}']],
    ['a megabyte', MEGABYTE.match(/[^]{1,997}/gu) ?? []],
  ] as const) {
    it(`streams the model's text unchanged: ${name}`, async () => {
      // More than a model may write: the stand-in would end it.
      standIn.reply(textReply(pieces, { stopReason: 'end_turn' }));
      const whole = pieces.join('');
      messages.push({ role: 'user', content: 'say it' });
      const lines = await (await openChat(url, { model: 'claude-sonnet', messages })).rest();
      messages.push({ role: 'assistant', content: whole });
      const session = standIn.requests.at(-1)?.headers['x-claude-code-session-id'];
      first ??= session;
      assert.equal(session, first, 'the conversation was not continued in its process');
      // assert.equal would print megabytes.
      assert.ok(textOf(lines) === whole, `${textOf(lines).length} of ${whole.length} characters`);
      assert.equal(lines.at(-1)?.done, true);
    });
  }

  it("answers with the model's text unchanged for stream: false", async () => {
    const pieces = ['\n\ta\ud83d', '\ude00"\\\u2028\u0000', MEGABYTE, ' \n'];
    standIn.reply(textReply(pieces, { stopReason: 'end_turn' }));
    const { body } = await ask(url, { path: '/api/chat', body: chatOf('say it', { stream: false }) });
    const { content } = (JSON.parse(body) as { message: { content: string } }).message;
    assert.ok(content === pieces.join(''), `${content.length} characters`);
  });

  it('sends the whole history to the API: system prompt, turns, images, tool calls and results', async () => {
    standIn.reply(textReply('ok'));
    const call = (city: string): object => ({ function: { name: 'get_weather', arguments: { city } } });
    const messages = [
      { role: 'system', content: 'Be brief.\n\tAlways.' },
      { role: 'user', content: 'one\n' },
      { role: 'assistant', content: '\n  two 👍 ' },
      { role: 'user', content: '/three @file !four', images: [PNG] },
      { role: 'assistant', content: 'Let me look.', tool_calls: [call('Köln'), call('Bonn')] },
      { role: 'tool', content: 'sun', tool_name: 'get_weather' },
      { role: 'tool', content: '{"rain":\n1}', tool_name: 'get_weather' },
      { role: 'assistant', content: 'Sun, and rain.' },
      { role: 'user', content: '  thanks\u2028' },
    ];
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tool = { name: 'get_weather', description: 'The weather.', parameters };
    const tools = [{ type: 'function', function: tool }];
    await (await openChat(url, { model: 'claude-sonnet', messages, tools })).rest();
    const request = await newestRequest();
    const use = (id: string, city: string): object => ({
      type: 'tool_use',
      id,
      name: 'get_weather',
      input: { city },
    });
    assert.deepEqual(history(request), [
      ['user', [{ type: 'text', text: 'one\n' }]],
      ['assistant', [{ type: 'text', text: '\n  two 👍 ' }]],
      [
        'user',
        [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          { type: 'text', text: '/three @file !four' },
        ],
      ],
      [
        'assistant',
        [{ type: 'text', text: 'Let me look.' }, use('call_00000001', 'Köln'), use('call_00000002', 'Bonn')],
      ],
      [
        'user',
        [
          { type: 'tool_result', tool_use_id: 'call_00000001', content: 'sun' },
          { type: 'tool_result', tool_use_id: 'call_00000002', content: '{"rain":\n1}' },
        ],
      ],
      ['assistant', [{ type: 'text', text: 'Sun, and rain.' }]],
      ['user', [{ type: 'text', text: '  thanks\u2028' }]],
    ]);
    const { system } = request.body;
    assert.ok(Array.isArray(system));
    assert.equal((system.at(-1) as { text: string }).text, 'Be brief.\n\tAlways.');
    const offered = request.body.tools?.map(({ name, description, input_schema }) => ({
      name,
      description,
      parameters: input_schema,
    }));
    assert.deepEqual(offered, [tool]);
    assert.equal(request.body.model, 'claude-sonnet-5-5');
  });

  it('streams thinking and each tool call as a line', async () => {
    standIn.reply(
      messageReply([
        { type: 'thinking', thinking: 'hmm', signature: 'sig' },
        { type: 'text', text: 'Looking.' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { a: [1, null] } },
        { type: 'tool_use', id: 'toolu_2', name: 'look', input: {} },
      ]),
    );
    const tools = [{ type: 'function', function: { name: 'look', description: '', parameters: {} } }];
    const lines = await (await openChat(url, chatOf('look', { tools }))).rest();
    assert.deepEqual(
      lines.map((line) => line.message),
      [
        { role: 'assistant', content: '', thinking: 'hmm' },
        { role: 'assistant', content: 'Looking.' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'toolu_1', function: { index: 0, name: 'look', arguments: { a: [1, null] } } },
            { id: 'toolu_2', function: { index: 1, name: 'look', arguments: {} } },
          ],
        },
      ],
    );
    assert.equal(lines.at(-1)?.done_reason, 'stop');
  });

  it('stops the model when the client disconnects during the answer', async () => {
    standIn.reply(textReply(['a', createLatch().opened, 'b']));
    const stream = await openChat(url, chatOf('hi'));
    await firstText(stream);
    stream.disconnect();
    assert.equal(await (await newestRequest()).closed, 'client');
  });

  it('stops the model when the client disconnects before the first text', async () => {
    standIn.reply({ kind: 'hang' });
    const client = new AbortController();
    const aborted = chatUntil(url, chatOf('hi'), client.signal);
    const request = await newestRequest();
    client.abort();
    await aborted;
    assert.equal(await request.closed, 'client');
  });

  it('loads, unloads and describes models without a request to the API or a new process', async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    const fresh = await startHeadless();
    try {
      const before = childrenIn(fresh.environment.workspace, fresh.pid);
      assert.equal(before.length, 1, 'there is one warm process');
      const model = 'claude-sonnet';
      for (const [path, body] of [
        ['/api/tags', undefined],
        ['/api/version', undefined],
        ['/api/show', { model }],
        ['/api/chat', { model, messages: [] }],
        ['/api/ps', undefined],
        ['/api/chat', { model, messages: [], keep_alive: 0 }],
        ['/api/ps', undefined],
      ] as const) {
        assert.equal((await ask(fresh.url, { path, ...(body && { body }) })).status, 200, path);
      }
      assert.deepEqual(childrenIn(fresh.environment.workspace, fresh.pid), before);
      assert.equal(fresh.standIn.requests.length, 0);
    } finally {
      await fresh.stop();
    }
  });
});
