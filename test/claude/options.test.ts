/** The options of a request reach the API, in the request of their turn only. */
import assert from 'node:assert/strict';
import type { ChatRequest, ResponseFormat } from '../../src/core/chat.js';
import { silentLogger } from '../../src/core/log.js';
import {
  errorReply,
  messageReply,
  textReply,
  toolReply,
  type MessagesBody,
  type Reply,
} from '../standin/server.js';
import { answerOf, never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

const TOOLS: ChatRequest['tools'] = ['look', 'find'].map((name) => ({
  name,
  description: `Can ${name}.`,
  parameters: { type: 'object', properties: { q: { type: 'string' } } },
}));
const OFF = { mode: 'off', show: false } as const;
const FORMAT: ResponseFormat = {
  type: 'schema',
  schema: { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] },
};

/** The fields of a body that options set. */
function optionsOf(body: MessagesBody): object {
  const { max_tokens, thinking, stop_sequences, tool_choice, temperature, top_p, top_k } = body;
  return JSON.parse(
    JSON.stringify({ max_tokens, thinking, stop_sequences, tool_choice, temperature, top_p, top_k }),
  ) as object;
}

describe('an option of a request', function () {
  this.timeout(120_000);
  let rig: CliRig;
  /** The options of a plain request. */
  let plain: object;

  before(async () => {
    rig = await startCliRig({
      limits: { prewarm: 'never', processes: 1 },
      respond: () => textReply('A'),
    });
    plain = await sent({});
  });
  after(() => rig.close());

  /** Sends a request. @returns the options that reached the API */
  async function sent(more: Partial<ChatRequest>, reply?: Reply): Promise<object> {
    if (reply !== undefined) rig.standIn.reply(reply);
    await answerOf(rig.backend.chat(request([user('hi')], more), never()));
    return optionsOf(rig.standIn.requests.at(-1)!.body);
  }

  const call = (name: string): Reply => toolReply({ id: 'toolu_1', name, input: {} });
  const withoutThinking = (): object => ({ max_tokens: (plain as { max_tokens: number }).max_tokens });

  const table: readonly (readonly [string, Partial<ChatRequest>, () => object, Reply?])[] = [
    ['a low token limit, without thinking', { maxTokens: 50 }, () => ({ max_tokens: 50 })],
    ['a token limit with room for thinking', { maxTokens: 9000 }, () => ({ ...plain, max_tokens: 9000 })],
    [
      'a low token limit, with more tokens for the thinking that the client requests',
      { maxTokens: 50, thinking: { mode: 'on', show: true } },
      () => ({ ...plain, max_tokens: 50 + 4096, thinking: { type: 'adaptive', display: 'summarized' } }),
    ],
    ['a token limit above that of the model', { maxTokens: 10_000_000 }, () => plain],
    ['no thinking', { thinking: OFF }, withoutThinking],
    [
      'stop sequences, without those that the API refuses',
      { stop: ['END', ' \n', '', 'END'] },
      () => ({ ...plain, stop_sequences: ['END'] }),
    ],
    ['no stop sequences where they could cut a tool call', { stop: ['END'], tools: TOOLS }, () => plain],
    [
      'one required tool',
      { tools: TOOLS, toolChoice: { required: true, name: 'look', single: false } },
      () => ({ ...withoutThinking(), tool_choice: { type: 'tool', name: 'look' } }),
      call('look'),
    ],
    [
      'any required tool, once',
      { tools: TOOLS, toolChoice: { required: true, single: true } },
      () => ({ ...withoutThinking(), tool_choice: { type: 'any', disable_parallel_tool_use: true } }),
      call('find'),
    ],
    [
      'at most one tool',
      { tools: TOOLS, toolChoice: { required: false, single: true } },
      () => ({ ...plain, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }),
    ],
    [
      'no sampling for a model that refuses it',
      { thinking: OFF, sampling: { temperature: 1 } },
      withoutThinking,
    ],
  ];
  for (const [what, more, expected, reply] of table) {
    it(`reaches the API: ${what}`, async () => {
      assert.deepEqual(await sent(more, reply), expected());
      assert.deepEqual(await sent({}), plain);
    });
  }

  it('reaches the API: sampling, for an older model that does not think', async () => {
    const sampling = { temperature: 1.7, topP: 0.9, topK: 40 };
    const model = 'claude-sonnet-4-5';
    const { temperature, top_p, top_k } = (await sent({ model, thinking: OFF, sampling })) as MessagesBody;
    assert.deepEqual([temperature, top_p, top_k], [1, undefined, 40]);
    const thinks = (await sent({ model, sampling })) as MessagesBody;
    assert.equal(thinks['temperature'], undefined);
  });

  it('leaves out a second call of a model that ignores the choice, and does not continue in that process', async () => {
    const toolChoice = { required: false, single: true };
    const two = ['t1', 't2'].map((id) => ({ type: 'tool_use' as const, id, name: 'look', input: { q: id } }));
    rig.standIn.reply(messageReply(two));
    const ask = (messages: ChatRequest['messages']): ReturnType<typeof answerOf> =>
      answerOf(rig.backend.chat(request(messages, { tools: TOOLS, toolChoice }), never()));
    const { events } = await ask([user('x')]);
    const calls = events.flatMap((event) => (event.type === 'toolCall' ? [event] : []));
    assert.deepEqual(
      calls.map(({ call: { id } }) => id),
      ['t1'],
    );
    const results = [{ type: 'text' as const, text: 'r' }];
    await ask([
      user('x'),
      { role: 'assistant', content: calls },
      { role: 'user', content: [{ type: 'toolResult', callId: 't1', content: results, isError: false }] },
    ]);
    assert.doesNotMatch(JSON.stringify(rig.standIn.requests.at(-1)!.body.messages), /t2/);
  });

  it('names the stop sequence at which the API ended the answer', async () => {
    rig.standIn.reply(textReply('one ', { stopReason: 'stop_sequence', stopSequence: 'END' }));
    const { text, done } = await answerOf(rig.backend.chat(request([user('x')], { stop: ['END'] }), never()));
    assert.deepEqual([text, done.reason, done.stopSequence], ['one ', 'stop', 'END']);
  });
});

describe('a parameter that the API refuses for a model', function () {
  this.timeout(120_000);
  const warnings: string[] = [];
  let rig: CliRig;
  let refusal: string;

  beforeEach(async () => {
    warnings.length = 0;
    rig = await startCliRig({
      log: { ...silentLogger, warn: (line) => void warnings.push(line) },
      respond: ({ body }) =>
        'stop_sequences' in body || refusal.includes('always') ? errorReply(400, refusal) : textReply('A'),
    });
    await rig.backend.models();
  });
  afterEach(() => rig.close());

  const ask = (): ReturnType<typeof answerOf> =>
    answerOf(rig.backend.chat(request([user('a')], { stop: ['END'] }), never()));

  /** For each attempt, whether it has the parameter. The CLI itself repeats an attempt that fails. */
  function attempts(): boolean[] {
    const all = rig.standIn.requests.map(({ body }) => 'stop_sequences' in body);
    return all.filter((has, i) => has !== all[i - 1]);
  }

  it('is left out of a second request, and of all later ones', async () => {
    refusal = 'stop_sequences: not supported for this model';
    assert.equal((await ask()).text, 'A');
    assert.deepEqual(attempts(), [true, false]);
    const sent = rig.standIn.requests.length;
    assert.equal((await ask()).text, 'A');
    assert.deepEqual(attempts(), [true, false]);
    assert.equal(rig.standIn.requests.length, sent + 1);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /stop_sequences for claude-/);
  });

  it('is sent again if the request fails without it too', async () => {
    refusal = 'stop_sequences: always wrong';
    await assert.rejects(ask(), { kind: 'badRequest', message: /always wrong/ });
    await assert.rejects(ask(), { kind: 'badRequest' });
    assert.deepEqual(attempts(), [true, false, true, false]);
  });
});

describe('a structured answer', function () {
  this.timeout(120_000);
  let rig: CliRig;

  before(async () => {
    rig = await startCliRig();
  });
  after(() => rig.close());

  const answer = (input: object, id = 'toolu_1') =>
    ({ type: 'tool_use', id, name: 'StructuredOutput', input: input as Record<string, never> }) as const;
  const ask = (more: Partial<ChatRequest> = {}): ReturnType<typeof answerOf> =>
    answerOf(rig.backend.chat(request([user('a')], { format: FORMAT, ...more }), never()));
  const sentSince = (before: number): number => rig.standIn.requests.length - before;

  it('that does not match is replaced by the next one, if nothing was sent yet', async () => {
    const before = rig.standIn.requests.length;
    rig.standIn.reply(messageReply([answer({ age: 'x' })]), messageReply([answer({ age: 3 })]));
    const { text, done } = await ask({ buffered: true });
    assert.deepEqual([text, done.reason, sentSince(before)], ['{"age":3}', 'stop', 2]);
    const last = rig.standIn.requests.at(-1)!.body.messages.at(-1)!;
    assert.match(
      JSON.stringify(last),
      /"is_error":true.*age must be integer|age must be integer.*"is_error":true/,
    );
  });

  it('is replaced by the next one if it lacks the wrapper of a list, unless it matches without', async () => {
    const list = { type: 'schema', schema: { type: 'array', items: { type: 'integer' } } } as const;
    for (const wrong of [{ values: [1] }, { note: 'n', value: [1] }, {}]) {
      rig.standIn.reply(messageReply([answer(wrong)]), messageReply([answer({ value: [3] })]));
      assert.equal((await ask({ format: list, buffered: true })).text, '[3]');
      rig.standIn.reply(messageReply([answer(wrong)]));
      await assert.rejects(ask({ format: list }), { kind: 'cliFailed', message: /must be array/ });
    }
    const named = {
      type: 'schema',
      schema: { type: 'object', properties: { größe: { type: 'integer' } }, required: ['größe'] },
    } as const;
    for (const buffered of [true, false]) {
      rig.standIn.reply(messageReply([answer({ größe: 3 })]));
      assert.equal((await ask({ format: named, buffered })).text, '{"größe":3}');
    }
  });

  it('fails if the second one does not match either', async () => {
    rig.standIn.reply(messageReply([answer({ age: 'x' })]), messageReply([answer({})]));
    await assert.rejects(ask({ buffered: true }), { kind: 'cliFailed', message: /required property 'age'/ });
  });

  // As long as a real API takes: the CLI needs some milliseconds to be kept from asking the model again.
  const PACE = { delayMs: 200 };
  for (const [what, faulty] of [
    ['JSON that is cut', toolReply({ id: 't', name: 'StructuredOutput', input: '{"age": 3' }, PACE)],
    ['JSON with a mistake', toolReply({ id: 't', name: 'StructuredOutput', input: '{"age": 3,,}' }, PACE)],
    ['a call of an unknown tool', toolReply({ id: 't', name: 'answer', input: { age: 3 } }, PACE)],
  ] as const) {
    it(`that is ${what} is replaced by the next one, if nothing was sent yet`, async () => {
      const before = rig.standIn.requests.length;
      rig.standIn.reply(faulty, messageReply([answer({ age: 4 })]));
      const { text, done } = await ask({ buffered: true });
      assert.deepEqual([text, done.reason, sentSince(before)], ['{"age":4}', 'stop', 2]);
      const [first, second] = rig.standIn.requests.slice(-2).map(({ body }) => body.messages);
      assert.deepEqual(second, first);
    });

    it(`that is ${what} is an error if it was sent already`, async () => {
      const before = rig.standIn.requests.length;
      rig.standIn.reply(faulty);
      await assert.rejects(ask(), {
        kind: 'cliFailed',
        message: /model's answer is not valid JSON|"answer"/,
      });
      assert.equal(sentSince(before), 1);
    });

    for (const [next, second] of [
      ['is faulty in the same way', faulty],
      ['does not match', messageReply([answer({ age: 'x' })])],
    ] as const) {
      it(`that is ${what} is an error if the next one ${next}`, async () => {
        const before = rig.standIn.requests.length;
        rig.standIn.reply(faulty, second);
        await assert.rejects(ask({ buffered: true }), { kind: 'cliFailed' });
        assert.equal(sentSince(before), 2);
      });
    }
  }

  it('fails if it does not match and was sent already', async () => {
    const before = rig.standIn.requests.length;
    rig.standIn.reply(messageReply([answer({ age: 'x' })]));
    await assert.rejects(ask(), { kind: 'cliFailed', message: /does not match the schema: age/ });
    assert.equal(sentSince(before), 1);
  });

  it('is the first one of a message that has two', async () => {
    for (const buffered of [true, false]) {
      rig.standIn.reply(messageReply([answer({ age: 3 }), answer({ age: 4 }, 'toolu_2')]));
      assert.equal((await ask({ buffered })).text, '{"age":3}');
    }
  });

  it('is the text of a model that writes text instead, once', async () => {
    for (const buffered of [true, false]) {
      rig.standIn.reply(textReply('I cannot.'));
      assert.equal((await ask({ buffered })).text, 'I cannot.');
    }
  });

  it('ends with the JSON so far at the token limit', async () => {
    for (const buffered of [true, false]) {
      rig.standIn.reply(
        toolReply({ id: 't', name: 'StructuredOutput', input: '{"age": ' }, { stopReason: 'max_tokens' }),
      );
      const { text, done } = await ask({ buffered, maxTokens: 20 });
      assert.deepEqual([text, done.reason], ['{"age": ', 'length']);
    }
  });

  it('is forced if its schema describes a call of a tool, which the client reads from the text', async () => {
    const parameters = { type: 'object', properties: {} };
    const schema = { type: 'object', properties: { name: { const: 'look' }, parameters } };
    const call = { name: 'look', parameters: {}, age: 1 };
    rig.standIn.reply(messageReply([answer(call)]));
    const { text, events } = await ask({ format: { type: 'schema', schema }, tools: TOOLS });
    assert.deepEqual(JSON.parse(text), call);
    assert.ok(!events.some(({ type }) => type === 'toolCall'));
    const { tool_choice: choice } = rig.standIn.requests.at(-1)!.body;
    assert.deepEqual(choice, { type: 'tool', name: 'StructuredOutput' });
  });
});
