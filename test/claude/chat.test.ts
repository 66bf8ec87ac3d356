import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ChatEvent, ChatMessage, ToolSpec } from '../../src/core/chat.js';
import { silentLogger } from '../../src/core/log.js';
import {
  messageReply,
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

/** The messages as a client would know them: what the CLI adds about its surroundings has the role `system`. */
function clientMessages(seen: StandInRequest): ApiMessage[] {
  return seen.body.messages.filter((message) => message.role !== 'system');
}

function strip(content: ApiMessage['content']): unknown {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map(({ cache_control: _mark, ...block }) => block);
}

describe('the real CLI', function () {
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

  it('knows every flag that it is started with', async () => {
    const { missingFlags, source, signedIn } = await rig.backend.inspect();
    assert.deepEqual(missingFlags, []);
    assert.match(source, /claudePath/);
    assert.equal(signedIn, true);
  });

  it('tells its path, version and sign-in', async () => {
    const cli = await rig.backend.describe();
    assert.match(cli.version, /^\d+\.\d+\.\d+$/);
    assert.equal(cli.signedIn, true);
  });

  it('lists its models, without a process after the first time', async () => {
    const models = await rig.backend.models();
    assert.equal(models[0]?.value, 'default');
    assert.ok(models.some((model) => model.value === 'sonnet' && model.resolved.startsWith('claude-sonnet')));
    assert.deepEqual(models[0].efforts.slice(0, 3), ['low', 'medium', 'high']);
    await rig.backend.models();
    assert.equal(log.filter((line) => line.endsWith(' started')).length, 1);
  });

  it('answers with the text of the model, its own token counts, times and cost', async () => {
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
    assert.deepEqual(done.usage, { promptTokens: 18, cachedTokens: 5, outputTokens: 7 });
    assert.ok(done.timings.loadMs > 0 && done.timings.promptMs >= 0 && done.timings.outputMs >= 0);
    assert.ok((done.costUsd ?? 0) > 0);
  });

  it('gives deltas as they come, not at the end', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.standIn.reply(textReply(['first', gate, ' last']));
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
    ['new lines, tabs, indentation and trailing space', ['\n\n  def f():\n\treturn "x"  \n\n']],
    ['text outside the first plane', ['👩‍👩‍👧‍👦 日本語 \u{1F600}', 'e\u0301']],
    ['a surrogate pair cut by the API', ['a\ud83d', '\ude00b']],
    ['quotes, control characters and line separators', ['"\\\u0000\u0007\u001b[31m\u2028\u2029\u007f']],
    ['what looks like the protocol', ['{"type":"result"}\n', 'data: [DONE]\n\n']],
  ] as const) {
    it(`gives the model's text unchanged: ${name}`, async () => {
      rig.standIn.reply(textReply(pieces));
      const { text } = await answerOf(rig.backend.chat(request([user('hi')]), never()));
      assert.equal(text, pieces.join(''));
    });
  }

  it('gives an answer of a megabyte unchanged', async () => {
    const whole = Array.from({ length: 20_000 }, (_, i) => `line ${i}: äöü 👍 ${'x'.repeat(30)}\n`).join('');
    rig.standIn.reply(textReply(whole, { pieceSize: 997 }));
    const { text } = await answerOf(rig.backend.chat(request([user('hi')]), never()));
    assert.equal(text, whole);
  });

  it('sends the history as alternating turns, with system prompt and images, and nothing of the CLI’s own', async () => {
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
    const [seen] = rig.standIn.requests;
    assert.ok(seen);
    assert.deepEqual(
      clientMessages(seen).map((message) => [message.role, strip(message.content)]),
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
    assert.ok(Array.isArray(seen.body.system));
    assert.deepEqual(strip(seen.body.system.slice(-1)), [{ type: 'text', text: 'Be brief.\n' }]);
    assert.deepEqual(seen.body.tools ?? [], []);
    assert.equal(seen.body.model, 'claude-sonnet-5-5');
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
    it(`sends ${JSON.stringify(text)} to the model as it is`, async () => {
      rig.standIn.reply(textReply('ok'));
      await answerOf(rig.backend.chat(request([user(text), assistant('a'), user(text)]), never()));
      const [seen] = rig.standIn.requests;
      assert.ok(seen);
      const sent = clientMessages(seen).filter((message) => message.role === 'user');
      assert.deepEqual(
        sent.map((message) => strip(message.content)),
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

  it('shows thinking only when it is asked for', async () => {
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

  it('knows tools by the names that the client gave them, whatever the API allows', async () => {
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
      { role: 'user', content: [{ type: 'toolResult', callId: 'toolu_1', content: 'r', isError: false }] },
    ];
    await answerOf(rig.backend.chat(request(messages, { tools }), never()));
    assert.equal(log.filter((line) => line.endsWith(' started')).length, 1, 'the same process went on');
  });

  it('offers the client’s tools verbatim and gives parallel calls back', async () => {
    rig.standIn.reply(
      messageReply([
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Köln' } },
        { type: 'tool_use', id: 'toolu_2', name: 'Bash', input: { nested: [1, { a: null }] } },
      ]),
    );
    const asked = request([user('weather?')], { tools: [WEATHER, BASH] });
    const { text, events, done } = await answerOf(rig.backend.chat(asked, never()));
    assert.equal(text, 'Let me look.');
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'toolCall' ? [event.call] : [])),
      [
        { id: 'toolu_1', name: 'get_weather', arguments: { city: 'Köln' } },
        { id: 'toolu_2', name: 'Bash', arguments: { nested: [1, { a: null }] } },
      ],
    );
    assert.equal(done.reason, 'toolCalls');
    const [seen] = rig.standIn.requests;
    const offered = seen?.body.tools?.find((tool) => tool.name === 'get_weather');
    assert.equal(offered?.['description'], WEATHER.description);
    assert.deepEqual(offered['input_schema'], WEATHER.parameters);
    assert.ok(seen && clientMessages(seen).length === 1, 'nothing but the question was sent');
    assert.deepEqual(strip(clientMessages(seen)[0]!.content), [{ type: 'text', text: 'weather?' }]);
  });

  it('sends the results of a client’s tools behind their calls', async () => {
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
          { type: 'toolResult', callId: 'y', content: 'broken', isError: true },
          { type: 'toolResult', callId: 'x', content: 'sun '.repeat(500_000), isError: false },
        ],
      },
    ];
    await answerOf(rig.backend.chat(request(messages, { tools: [WEATHER] }), never()));
    const sent = clientMessages(rig.standIn.requests[0]!);
    assert.deepEqual(strip(sent[1]!.content), [
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', id: 'call_0', name: 'get_weather', input: { city: 'A' } },
      { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'B' } },
    ]);
    assert.deepEqual(strip(sent[2]!.content), [
      { type: 'tool_result', tool_use_id: 'call_0', content: 'sun '.repeat(500_000) },
      { type: 'tool_result', tool_use_id: 'call_1', content: 'broken', is_error: true },
      { type: 'text', text: 'and?' },
    ]);
  });

  it('has a result for a call that the client answered in plain text', async () => {
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
    assert.deepEqual(strip(last.content), [
      {
        type: 'tool_result',
        tool_use_id: 'call_0',
        content: 'There is no separate result; see the message.',
      },
      { type: 'text', text: '[get_weather] Result: sunny' },
    ]);
  });

  it('lets the model try again after a call of a tool that does not exist', async () => {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'nope', input: {} }), textReply('sorry'));
    const answer = await answerOf(rig.backend.chat(request([user('a')], { tools: [WEATHER] }), never()));
    assert.equal(answer.text, 'sorry');
    assert.equal(answer.done.reason, 'stop');
    assert.ok(!answer.events.some((event) => event.type === 'toolCall'));
  });

  it('obeys a schema and gives the JSON as text', async () => {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'StructuredOutput', input: { a: [1, 'ü'] } }));
    const schema = { type: 'object', properties: { a: { type: 'array' } }, required: ['a'] };
    const answer = await answerOf(
      rig.backend.chat(request([user('a')], { format: { type: 'schema', schema } }), never()),
    );
    assert.deepEqual(JSON.parse(answer.text), { a: [1, 'ü'] });
    assert.equal(answer.done.reason, 'stop');
  });

  it('obeys a schema of another type than object', async () => {
    rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'StructuredOutput', input: { value: ['a', 'b'] } }));
    const schema = { type: 'array', items: { type: 'string' } };
    const answer = await answerOf(
      rig.backend.chat(request([user('a')], { format: { type: 'schema', schema } }), never()),
    );
    assert.deepEqual(JSON.parse(answer.text), ['a', 'b']);
  });

  for (const [stopReason, reason] of [
    ['max_tokens', 'length'],
    ['refusal', 'refusal'],
  ] as const) {
    it(`ends with what was said at ${stopReason} and stops the CLI from asking again`, async () => {
      lenient = true;
      // The CLI may have asked already when it is told not to.
      rig.standIn.reply(textReply('cut of', { stopReason }), { kind: 'hang' });
      const answer = await answerOf(rig.backend.chat(request([user('a')]), never()));
      assert.deepEqual([answer.text, answer.done.reason], ['cut of', reason]);
      assert.ok(answer.done.usage.outputTokens > 0);
      await rig.backend.close();
      const [, second] = rig.standIn.requests;
      assert.equal((await second?.closed) ?? 'client', 'client');
    });
  }

  it('ends before a stop sequence and stops the model', async () => {
    rig.standIn.reply(textReply(['one ST', 'OP two', new Promise(() => undefined)]));
    const answer = await answerOf(rig.backend.chat(request([user('a')], { stop: ['STOP'] }), never()));
    assert.deepEqual([answer.text, answer.done.reason], ['one ', 'stop']);
    assert.equal(answer.done.usage.outputTokens, 1);
    assert.ok(answer.done.usage.promptTokens > 0);
    assert.equal(await (await rig.standIn.nextRequest()).closed, 'client');
  });

  it('ends after about as many tokens as the client wants', async () => {
    rig.standIn.reply(textReply(['word '.repeat(100), new Promise(() => undefined)]));
    const answer = await answerOf(rig.backend.chat(request([user('a')], { maxTokens: 10 }), never()));
    assert.deepEqual([answer.text.length, answer.done.reason], [40, 'length']);
    assert.equal(answer.done.usage.outputTokens, 10);
  });

  it('learns the context length of a model from its answers', async () => {
    rig.standIn.reply(textReply('a'));
    await answerOf(rig.backend.chat(request([user('a')]), never()));
    const sonnet = (await rig.backend.models()).find((model) => model.value === 'sonnet');
    assert.equal(sonnet?.contextLength, 1_000_000);
    assert.equal(sonnet.maxOutputTokens, 128_000);
  });

  it('stops the API call and the process when the request is cancelled', async () => {
    rig.standIn.reply(textReply(['a', new Promise(() => undefined), 'b']));
    const abort = new AbortController();
    const events = rig.backend.chat(request([user('hi')]), abort.signal)[Symbol.asyncIterator]();
    await events.next();
    const seen = await rig.standIn.nextRequest();
    abort.abort();
    await assert.rejects(events.next(), { kind: 'cancelled' });
    assert.equal(await seen.closed, 'client');
  });

  it('stops when the reader leaves', async () => {
    rig.standIn.reply(textReply(['a', new Promise(() => undefined), 'b']));
    for await (const _event of rig.backend.chat(request([user('hi')]), never())) break;
    assert.equal(await (await rig.standIn.nextRequest()).closed, 'client');
  });

  it('runs in the folder, with a command line that says nothing of the request', async function () {
    if (process.platform !== 'linux') this.skip();
    let release = (): void => undefined;
    rig.standIn.reply(textReply(['a', new Promise<void>((resolve) => (release = resolve)), 'b']));
    const secret = 'canary-7f3a';
    const answer = answerOf(rig.backend.chat(request([user(secret)], { system: secret }), never()));
    await rig.standIn.nextRequest();
    const { workspace } = rig.environment;
    // The CLI may have started something there, too.
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
