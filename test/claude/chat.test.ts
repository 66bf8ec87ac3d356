import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ChatEvent, ChatMessage, ToolSpec } from '../../src/core/chat.js';
import { silentLogger } from '../../src/core/log.js';
import {
  messageReply,
  textOf,
  textReply,
  toolReply,
  type ApiMessage,
  type StandInRequest,
} from '../standin/server.js';
import { answerOf, assistant, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';
import { childrenIn } from '../support/processTable.js';
import { isAlive } from '../support/processes.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WEATHER: ToolSpec = {
  name: 'get_weather',
  description: 'The weather. '.repeat(500),
  parameters: {
    type: 'object',
    properties: { city: { $ref: '#/$defs/city' }, when: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
    required: ['city'],
    $defs: { city: { type: 'string', minLength: 1 } },
  },
};
const BASH: ToolSpec = {
  name: 'Bash',
  description: 'Runs it.',
  parameters: { type: 'object', properties: {} },
};

/** The messages of the client. Those that the CLI adds about its environment have the role `system`. */
function clientMessages(received: StandInRequest): ApiMessage[] {
  return received.body.messages.filter((message) => message.role !== 'system');
}

function withoutCacheControl(content: ApiMessage['content']): unknown {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map(({ cache_control: _omitted, ...block }) => block);
}

describe('the chat lane with the real CLI', function () {
  this.timeout(120_000);
  let rig: CliRig;
  let log: string[];
  let lenient = false;

  beforeEach(async () => {
    log = [];
    rig = await startCliRig({ log: { ...silentLogger, debug: (line) => log.push(line) } });
  });
  afterEach(async () => {
    await rig.close({ lenient });
    lenient = false;
  });

  it('uses only flags that the CLI knows', async () => {
    const { missingFlags, source, signedIn } = await rig.backend.inspect();
    assert.deepEqual(missingFlags, []);
    assert.match(source, /claudePath/);
    assert.equal(signedIn, true);
  });

  it('describes the installed CLI', async () => {
    const cli = await rig.backend.describe();
    assert.match(cli.version, /^\d+\.\d+\.\d+$/);
    assert.equal(cli.signedIn, true);
  });

  it('lists the models, from memory after the first time', async () => {
    const models = await rig.backend.models();
    assert.equal(models[0]?.value, 'default');
    assert.ok(models.some((model) => model.value === 'sonnet' && model.resolved.startsWith('claude-sonnet')));
    assert.deepEqual(models[0].efforts.slice(0, 3), ['low', 'medium', 'high']);
    // Known before the first answer, and without a request to the API.
    const haiku = models.find((model) => model.value === 'haiku');
    assert.deepEqual([models[0]?.contextLength, haiku?.contextLength], [1_000_000, 1_000_000]);
    assert.equal(models[0]?.defaultEffort, 'medium');
    assert.deepEqual(rig.standIn.requests, []);
    await rig.backend.models();
    assert.equal(log.filter((line) => line.endsWith(' started')).length, 1);
  });

  it('answers with the model’s text and the CLI’s token counts, times and cost', async () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 3,
      output_tokens: 7,
    };
    rig.standIn.reply(textReply('Hello', { usage }));
    const { text, done } = await answerOf(rig.backend.chat(request([user('hi')]), never()));
    assert.equal(text, 'Hello');
    assert.equal(done.reason, 'stop');
    assert.deepEqual(done.usage, {
      promptTokens: 18,
      cachedTokens: 5,
      cacheWriteTokens: 3,
      outputTokens: 7,
    });
    assert.ok(done.timings.loadMs > 0 && done.timings.promptMs >= 0 && done.timings.outputMs >= 0);
    assert.ok((done.costUsd ?? 0) > 0);
  });

  it('emits deltas as they arrive', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.standIn.reply(textReply(['first', gate, ' last'], { usage: { input_tokens: 12 } }));
    const events = rig.backend.chat(request([user('hi')]), never())[Symbol.asyncIterator]();
    const begun: IteratorResult<ChatEvent, unknown> = await events.next();
    assert.ok(begun.done !== true && begun.value.type === 'usage' && begun.value.usage.promptTokens === 12);
    assert.deepEqual((await events.next()).value, { type: 'text', text: 'first' });
    release();
    assert.deepEqual((await events.next()).value, { type: 'text', text: ' last' });
    const last: IteratorResult<ChatEvent, unknown> = await events.next();
    assert.ok(last.done !== true && last.value.type === 'done');
  });

  for (const [name, pieces] of [
    ['line breaks, tabs, indentation and trailing spaces', ['\n\n  def f():\n\treturn "x"  \n\n']],
    ['characters outside the Basic Multilingual Plane', ['👩‍👩‍👧‍👦 日本語 \u{1F600}', 'e\u0301']],
    ['a surrogate pair split across deltas', ['a\ud83d', '\ude00b']],
    ['quotes, control characters and line separators', ['"\\\u0000\u0007\u001b[31m\u2028\u2029\u007f']],
    ['text that looks like the protocol', ['{"type":"result"}\n', 'data: [DONE]\n\n']],
  ] as const) {
    it(`passes the model’s text on unchanged: ${name}`, async () => {
      rig.standIn.reply(textReply(pieces));
      const { text } = await answerOf(rig.backend.chat(request([user('hi')]), never()));
      assert.equal(text, pieces.join(''));
    });
  }

  it('passes an answer of a megabyte on unchanged', async () => {
    const whole = Array.from({ length: 20_000 }, (_, i) => `line ${i}: äöü 👍 ${'x'.repeat(30)}\n`).join('');
    rig.standIn.reply(textReply(whole, { pieceSize: 997, stopReason: 'end_turn' }));
    const { text } = await answerOf(rig.backend.chat(request([user('hi')]), never()));
    assert.equal(text, whole);
  });

  it('sends the system prompt and the history with images as alternating turns, without additions of the CLI', async () => {
    rig.standIn.reply(textReply('ok'));
    const messages: ChatMessage[] = [
      user('one'),
      assistant('two\n'),
      {
        role: 'user',
        content: [
          { type: 'text', text: ' three ' },
          { type: 'image', mediaType: 'image/png', data: PNG },
        ],
      },
      assistant('four'),
      user('five'),
    ];
    await answerOf(rig.backend.chat(request(messages, { system: 'Be brief.\n' }), never()));
    const [received] = rig.standIn.requests;
    assert.ok(received);
    assert.deepEqual(
      clientMessages(received).map((message) => [message.role, withoutCacheControl(message.content)]),
      [
        ['user', [{ type: 'text', text: 'one' }]],
        ['assistant', [{ type: 'text', text: 'two\n' }]],
        [
          'user',
          [
            { type: 'text', text: ' three ' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          ],
        ],
        ['assistant', [{ type: 'text', text: 'four' }]],
        ['user', [{ type: 'text', text: 'five' }]],
      ],
    );
    assert.ok(Array.isArray(received.body.system));
    assert.deepEqual(withoutCacheControl(received.body.system.slice(-1)), [
      { type: 'text', text: 'Be brief.\n' },
    ]);
    assert.deepEqual(received.body.tools ?? [], []);
    assert.equal(received.body.model, 'claude-sonnet-5-5');
  });

  for (const text of [
    '/config permissionMode=acceptEdits',
    '/compact',
    '@/etc/passwd',
    'see @"/etc/passwd" and @./x#L1-2',
    '!touch marker',
    '#remember this',
    '  leading and trailing  ',
    '\n/clear\n',
  ]) {
    it(`sends ${JSON.stringify(text)} to the model unchanged`, async () => {
      rig.standIn.reply(textReply('ok'));
      await answerOf(rig.backend.chat(request([user(text), assistant('a'), user(text)]), never()));
      const [received] = rig.standIn.requests;
      assert.ok(received);
      const sent = clientMessages(received).filter((message) => message.role === 'user');
      assert.deepEqual(
        sent.map((message) => withoutCacheControl(message.content)),
        [[{ type: 'text', text }], [{ type: 'text', text }]],
      );
      assert.equal(rig.standIn.requests.length, 1);
    });
  }

  it('answers a message without content', async () => {
    rig.standIn.reply(textReply('what?'), textReply('what?'));
    assert.equal((await answerOf(rig.backend.chat(request([user('')]), never()))).text, 'what?');
    assert.equal((await answerOf(rig.backend.chat(request([user(' \n')]), never()))).text, 'what?');
  });

  it('emits thinking only if the request wants it', async () => {
    const reply = messageReply([
      { type: 'thinking', thinking: 'hmm', signature: 'sig' },
      { type: 'text', text: 'ok' },
    ]);
    rig.standIn.reply(reply, reply);
    const shown = await answerOf(
      rig.backend.chat(request([user('a')], { thinking: { show: true, effort: 'high' } }), never()),
    );
    assert.deepEqual([shown.thinking, shown.text], ['hmm', 'ok']);
    const hidden = await answerOf(
      rig.backend.chat(request([user('a')], { thinking: { show: false } }), never()),
    );
    assert.deepEqual([hidden.thinking, hidden.text], ['', 'ok']);
    assert.deepEqual(rig.standIn.requests[0]?.body['output_config'], { effort: 'high' });
  });

  it('maps tool names that the API does not allow', async () => {
    const name = 'server.look up';
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'server_look_up', input: {} }), textReply('ok'));
    const tools = [{ name, description: '', parameters: {} }];
    const { events } = await answerOf(rig.backend.chat(request([user('a')], { tools }), never()));
    const [call] = events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
    assert.deepEqual(call, { id: 'toolu_1', name, arguments: {} });
    assert.equal(rig.standIn.requests[0]?.body.tools?.[0]?.name, 'server_look_up');
    const messages: ChatMessage[] = [
      user('a'),
      { role: 'assistant', content: [{ type: 'toolCall', call }] },
      {
        role: 'user',
        content: [
          { type: 'toolResult', callId: 'toolu_1', content: [{ type: 'text', text: 'r' }], isError: false },
        ],
      },
    ];
    await answerOf(rig.backend.chat(request(messages, { tools }), never()));
    assert.equal(
      log.filter((line) => line.endsWith(' started')).length,
      1,
      'the conversation continued in the same process',
    );
  });

  it('offers the client’s tools unchanged and returns parallel calls', async () => {
    rig.standIn.reply(
      messageReply([
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Köln' } },
        { type: 'tool_use', id: 'toolu_2', name: 'Bash', input: { nested: [1, { a: null }] } },
      ]),
    );
    const weatherRequest = request([user('weather?')], { tools: [WEATHER, BASH] });
    const { text, events, done } = await answerOf(rig.backend.chat(weatherRequest, never()));
    assert.equal(text, 'Let me look.');
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : [])),
      [
        { id: 'toolu_1', name: 'get_weather', arguments: { city: 'Köln' } },
        { id: 'toolu_2', name: 'Bash', arguments: { nested: [1, { a: null }] } },
      ],
    );
    assert.equal(done.reason, 'toolCalls');
    const [received] = rig.standIn.requests;
    const offered = received?.body.tools?.find((tool) => tool.name === 'get_weather');
    assert.equal(offered?.['description'], WEATHER.description);
    assert.deepEqual(offered['input_schema'], WEATHER.parameters);
    assert.ok(received && clientMessages(received).length === 1, 'only the user message was sent');
    assert.deepEqual(withoutCacheControl(clientMessages(received)[0]!.content), [
      { type: 'text', text: 'weather?' },
    ]);
  });

  it('sends the results of the client’s tools in the order of their calls', async () => {
    rig.standIn.reply(textReply('sunny'));
    const messages: ChatMessage[] = [
      user('weather?'),
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'toolCall', call: { id: 'x', name: 'get_weather', arguments: { city: 'A' } } },
          { type: 'toolCall', call: { id: 'y', name: 'get_weather', arguments: { city: 'B' } } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and?' },
          { type: 'toolResult', callId: 'y', content: [{ type: 'text', text: 'broken' }], isError: true },
          {
            type: 'toolResult',
            callId: 'x',
            content: [{ type: 'text', text: 'sun '.repeat(500_000) }],
            isError: false,
          },
        ],
      },
    ];
    await answerOf(rig.backend.chat(request(messages, { tools: [WEATHER] }), never()));
    const sent = clientMessages(rig.standIn.requests[0]!);
    assert.deepEqual(withoutCacheControl(sent[1]!.content), [
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', id: 'x', name: 'get_weather', input: { city: 'A' } },
      { type: 'tool_use', id: 'y', name: 'get_weather', input: { city: 'B' } },
    ]);
    assert.deepEqual(withoutCacheControl(sent[2]!.content), [
      { type: 'tool_result', tool_use_id: 'x', content: 'sun '.repeat(500_000) },
      { type: 'tool_result', tool_use_id: 'y', content: 'broken', is_error: true },
      { type: 'text', text: 'and?' },
    ]);
  });

  it('adds a result for a call that the client answered in plain text', async () => {
    rig.standIn.reply(textReply('ok'));
    const call = { id: 'x', name: 'get_weather', arguments: {} };
    const messages: ChatMessage[] = [
      user('weather?'),
      { role: 'assistant', content: [{ type: 'toolCall', call }] },
      user('[get_weather] Result: sunny'),
    ];
    await answerOf(rig.backend.chat(request(messages, { tools: [WEATHER] }), never()));
    const [, , last] = clientMessages(rig.standIn.requests[0]!);
    assert.ok(last);
    assert.deepEqual(withoutCacheControl(last.content), [
      {
        type: 'tool_result',
        tool_use_id: 'x',
        content: 'There is no separate result; see the message.',
      },
      { type: 'text', text: '[get_weather] Result: sunny' },
    ]);
  });

  for (const [what, reply, message] of [
    ['a tool that is not on offer', { name: 'nope', input: {} }, /"nope", which the request does not offer/],
    ['a tool with broken JSON', { name: 'get_weather', input: '{"city": "R' }, /not valid JSON/],
  ] as const) {
    it(`fails after a call of ${what}, and does not ask the model again`, async () => {
      rig.standIn.reply(toolReply({ id: 'toolu_1', ...reply }));
      const answer = answerOf(rig.backend.chat(request([user('a')], { tools: [WEATHER] }), never()));
      await assert.rejects(answer, { kind: 'cliFailed', message });
      await rig.backend.close();
      assert.equal(rig.standIn.requests.length, 1);
    });
  }

  it('passes on a call whose input does not match the schema of the tool', async () => {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'get_weather', input: { city: 7, other: true } }));
    const asked = [user('a')];
    const answer = await answerOf(rig.backend.chat(request(asked, { tools: [WEATHER] }), never()));
    const [call] = answer.events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : []));
    assert.deepEqual(call?.arguments, { city: 7, other: true });
    assert.equal(answer.done.reason, 'toolCalls');
    await rig.backend.close();
    assert.equal(rig.standIn.requests.length, 1);
  });

  it('returns JSON that matches a schema as text', async () => {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'StructuredOutput', input: { a: [1, 'ü'] } }));
    const schema = { type: 'object', properties: { a: { type: 'array' } }, required: ['a'] };
    const answer = await answerOf(
      rig.backend.chat(request([user('a')], { format: { type: 'schema', schema } }), never()),
    );
    assert.deepEqual(JSON.parse(answer.text), { a: [1, 'ü'] });
    assert.equal(answer.done.reason, 'stop');
  });

  it('returns JSON for a schema of another type than object', async () => {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'StructuredOutput', input: { value: ['a', 'b'] } }));
    const schema = { type: 'array', items: { type: 'string' } };
    const answer = await answerOf(
      rig.backend.chat(request([user('a')], { format: { type: 'schema', schema } }), never()),
    );
    assert.deepEqual(JSON.parse(answer.text), ['a', 'b']);
  });

  const thought = { type: 'thinking', thinking: 'Hm.', signature: 's' } as const;
  for (const [what, reply, text, reason] of [
    ['max_tokens', textReply('cut of', { stopReason: 'max_tokens' }), 'cut of', 'length'],
    ['a refusal', textReply('I can', { stopReason: 'refusal' }), 'I can', 'refusal'],
    ['a refusal without text', messageReply([], { stopReason: 'refusal' }), '', 'refusal'],
    [
      'a full context window',
      textReply('half', { stopReason: 'model_context_window_exceeded' }),
      'half',
      'contextFull',
    ],
    ['a pause', textReply('half', { stopReason: 'pause_turn' }), 'half', 'stop'],
    ['an empty answer', messageReply([]), '', 'stop'],
    ['white space', textReply(' \n'), ' \n', 'stop'],
    ['thinking without an answer', messageReply([thought]), '', 'stop'],
    [
      'a tool call that is cut off',
      toolReply({ id: 't', name: 'get_weather', input: '{"city": "R' }, { stopReason: 'max_tokens' }),
      '',
      'length',
    ],
  ] as const) {
    it(`ends the answer after ${what}, and keeps the CLI from asking the model again`, async () => {
      rig.standIn.reply(reply, textReply('next'));
      const tools = [WEATHER];
      const answer = await answerOf(rig.backend.chat(request([user('a')], { tools }), never()));
      assert.deepEqual([answer.text, answer.done.reason], [text, reason]);
      assert.ok(answer.done.usage.outputTokens > 0);
      const next = request([user('a'), assistant(text), user('b')], { tools });
      assert.equal((await answerOf(rig.backend.chat(next, never()))).text, 'next');
      await rig.backend.close();
      assert.equal(rig.standIn.requests.length, 2);
      const { messages } = rig.standIn.requests[1]!.body;
      const said = messages
        .filter(({ role }) => role !== 'system')
        .flatMap((message) => textOf(message).split('\n'));
      const visible = ['a', text, 'b'].filter((line) => line.trim() !== '');
      assert.deepEqual(
        said.filter((line) => line.trim() !== ''),
        visible,
      );
    });
  }

  it('ends before a stop sequence that the API does not take, and cancels the request', async () => {
    rig.standIn.reply(textReply(['one \n', '\n two', new Promise(() => undefined)]));
    const answer = await answerOf(rig.backend.chat(request([user('a')], { stop: ['\n\n'] }), never()));
    assert.deepEqual([answer.text, answer.done.reason], ['one ', 'stop']);
    assert.equal(answer.done.usage.outputTokens, 1);
    assert.ok(answer.done.usage.promptTokens > 0);
    assert.equal(await (await rig.standIn.nextRequest()).closed, 'client');
  });

  it('gives the token limit to the API, which counts exactly', async () => {
    rig.standIn.reply(textReply('cut of', { stopReason: 'max_tokens', usage: { output_tokens: 10 } }));
    const answer = await answerOf(rig.backend.chat(request([user('a')], { maxTokens: 10 }), never()));
    assert.deepEqual([answer.text, answer.done.reason], ['cut of', 'length']);
    assert.equal(answer.done.usage.outputTokens, 10);
    const { body } = rig.standIn.requests[0]!;
    assert.deepEqual([body.max_tokens, body['thinking']], [10, undefined]);
  });

  it('ends the answer of an API that ignores the token limit', async () => {
    rig.standIn.reply(
      textReply(['word '.repeat(100), new Promise(() => undefined)], { stopReason: 'end_turn' }),
    );
    const answer = await answerOf(rig.backend.chat(request([user('a')], { maxTokens: 10 }), never()));
    assert.deepEqual([answer.text.length, answer.done.reason], [4 * (2 * 10 + 16), 'length']);
  });

  it('reports the context length of a model after its first answer', async () => {
    rig.standIn.reply(textReply('a'));
    await answerOf(rig.backend.chat(request([user('a')]), never()));
    const sonnet = (await rig.backend.models()).find((model) => model.value === 'sonnet');
    assert.equal(sonnet?.contextLength, 1_000_000);
    assert.equal(sonnet.maxOutputTokens, 128_000);
  });

  it('cancels the request to the API when the request is cancelled', async () => {
    rig.standIn.reply(textReply(['a', new Promise(() => undefined), 'b']));
    const abort = new AbortController();
    const events = rig.backend.chat(request([user('hi')]), abort.signal)[Symbol.asyncIterator]();
    await events.next();
    const received = await rig.standIn.nextRequest();
    abort.abort();
    await assert.rejects(events.next(), { kind: 'cancelled' });
    assert.equal(await received.closed, 'client');
  });

  it('cancels the request to the API when the iteration is left', async () => {
    rig.standIn.reply(textReply(['a', new Promise(() => undefined), 'b']));
    for await (const _event of rig.backend.chat(request([user('hi')]), never())) break;
    assert.equal(await (await rig.standIn.nextRequest()).closed, 'client');
  });

  it('runs the CLI in the folder, without anything from the request in its command line or environment', async function () {
    if (process.platform !== 'linux') this.skip();
    let release = (): void => undefined;
    rig.standIn.reply(textReply(['a', new Promise<void>((resolve) => (release = resolve)), 'b']));
    const secret = 'canary-7f3a';
    const answer = answerOf(rig.backend.chat(request([user(secret)], { system: secret }), never()));
    await rig.standIn.nextRequest();
    const { workspace } = rig.environment;
    // Other processes in the folder would be children of the CLI.
    const [pid = 0, ...others] = childrenIn(workspace, process.pid);
    assert.ok(pid > 0);
    assert.deepEqual(others, []);
    assert.ok(!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(secret));
    assert.ok(!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(secret));
    release();
    await answer;
    await rig.backend.close();
    assert.ok(!isAlive(pid));
  });
});
