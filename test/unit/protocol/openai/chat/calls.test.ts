/** Custom tools and the older `functions` on `/v1/chat/completions`. */
import { bodyFields } from '../../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import type { ChatEvent, ChatRequest } from '../../../../../src/core/chat.js';
import type { Json } from '../../../../../src/core/json.js';
import { chatEncoder, chatReply } from '../../../../../src/protocol/openai/chat/reply.js';
import { type ChatBody, decodeChat, translateChat } from '../../../../../src/protocol/openai/chat/request.js';
import { customToolArguments, customToolInput } from '../../../../../src/protocol/openai/customTools.js';
import { badRequestMessage } from '../../badRequestMessage.js';
import { choiceOf, CONTEXT, type Data, dataOf, DONE } from '../answers.js';
import { type Body, callPart, ENTRY, namesOf, resultPart, user } from '../requests.js';

const HI = [{ role: 'user', content: 'hi' }];
const bodyOf = (body: Body): ChatBody =>
  decodeChat(
    bodyFields(JSON.stringify({ model: 'x', messages: HI, ...body }), 'openai.ChatCompletionRequest'),
  );
const chatOf = (body: Body): ChatRequest => translateChat(bodyOf(body), ENTRY);

const GRAMMAR = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"+' } };
const SHELL = {
  type: 'custom',
  custom: { name: 'shell', description: 'Runs it.', format: { type: 'text' } },
};
const PATCH = { type: 'custom', custom: { name: 'patch', format: GRAMMAR } };
const LOOK = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };
const LEGACY = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };

const called = (name: string, args: Body): ChatEvent => ({
  type: 'toolCall',
  call: { id: `id_${name}`, name, arguments: args },
});
const finished: ChatEvent = { ...(DONE as Extract<ChatEvent, { type: 'done' }>), reason: 'toolCalls' };

/** The message of a complete reply, and the deltas of a stream, each with the finish reason. */
function repliesOf(
  body: Body,
  events: readonly ChatEvent[],
): { whole: Data; deltas: Data[]; reasons: unknown[] } {
  const { callFormat } = bodyOf(body);
  const all = [...events, finished];
  const whole = choiceOf(JSON.parse(chatReply(all, CONTEXT, { callFormat })) as Data);
  const choices = dataOf(chatEncoder(CONTEXT, { includeUsage: false, callFormat }), all).map(choiceOf);
  return {
    whole: whole['message'] as Data,
    deltas: choices.map((choice) => choice['delta'] as Data),
    reasons: [whole['finish_reason'], choices.at(-1)?.['finish_reason']],
  };
}

describe('a custom tool', () => {
  it('is offered as a tool with one string, with its grammar in the description', () => {
    const { tools } = chatOf({ tools: [SHELL, PATCH, LOOK] });
    const [shell, patch, look] = tools;
    assert.equal(shell?.description, 'Runs it.');
    assert.deepEqual(shell?.parameters['required'], ['input']);
    assert.deepEqual(Object.keys(shell?.parameters['properties'] ?? {}), ['input']);
    assert.equal(patch?.description, 'The input must match this lark grammar:\nstart: "a"+');
    assert.equal(look?.name, 'look');
  });

  it('is called with its input as text, streamed or not', () => {
    const events = [called('shell', { input: 'ls "-la"' }), called('look', { q: 1 })];
    const { whole, deltas, reasons } = repliesOf({ tools: [SHELL, LOOK] }, events);
    const custom = { id: 'id_shell', index: 0, type: 'custom', custom: { name: 'shell', input: 'ls "-la"' } };
    const look = {
      id: 'id_look',
      index: 1,
      type: 'function',
      function: { name: 'look', arguments: '{"q":1}' },
    };
    assert.deepEqual(whole['tool_calls'], [custom, look]);
    assert.deepEqual(
      deltas.flatMap((delta) => (delta['tool_calls'] ?? []) as Data[]),
      [custom, look],
    );
    assert.deepEqual(reasons, ['tool_calls', 'tool_calls']);
  });

  it('is a call with arguments in a history', () => {
    const messages = [
      ...HI,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: '1', type: 'custom', custom: { name: 'shell', input: 'ls' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'a.txt' },
    ];
    assert.deepEqual(chatOf({ messages, tools: [SHELL] }).messages, [
      user('hi'),
      { role: 'assistant', content: [callPart('1', 'shell', { input: 'ls' })] },
      { role: 'user', content: [resultPart('1', 'a.txt')] },
    ]);
  });

  it('can be chosen', () => {
    const choices: Json[] = [
      { type: 'custom', custom: { name: 'shell' } },
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'custom', custom: { name: 'shell' } }] },
      },
    ];
    for (const tool_choice of choices) {
      assert.deepEqual(chatOf({ tools: [SHELL, LOOK], tool_choice }).toolChoice, {
        required: true,
        name: 'shell',
        single: false,
      });
    }
  });

  it('keeps any input', () => {
    for (const input of ['', 'x', '{"input":"y"}', '\n'])
      assert.equal(customToolInput(customToolArguments(input)), input);
    assert.equal(customToolInput({ command: 'ls' }), '{"command":"ls"}');
    assert.equal(customToolInput({ input: 'ls', cwd: '/' }), '{"input":"ls","cwd":"/"}');
  });
});

describe('the older functions', () => {
  it('are offered, with at most one call in an answer', () => {
    const request = chatOf({ functions: [LEGACY] });
    assert.deepEqual(request.tools, [LEGACY]);
    assert.deepEqual(request.toolChoice, { required: false, single: true });
  });

  it('are chosen with function_call', () => {
    assert.deepEqual(namesOf(chatOf({ functions: [LEGACY], function_call: 'none' })), []);
    assert.deepEqual(chatOf({ functions: [LEGACY], function_call: { name: 'look' } }).toolChoice, {
      required: true,
      name: 'look',
      single: true,
    });
  });

  it('are called with function_call, streamed or not', () => {
    const { whole, deltas, reasons } = repliesOf({ functions: [LEGACY] }, [called('look', { q: 'x' })]);
    const call = { name: 'look', arguments: '{"q":"x"}' };
    assert.deepEqual(whole['function_call'], call);
    assert.equal(whole['tool_calls'], undefined);
    assert.deepEqual(
      deltas.filter((delta) => 'function_call' in delta).map((delta) => delta['function_call']),
      [call],
    );
    assert.deepEqual(reasons, ['function_call', 'function_call']);
  });

  it('have their calls and results in a history', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{"a":1}' } },
      { role: 'function', name: 'look', content: 'LEGACY' },
    ];
    assert.deepEqual(chatOf({ messages, functions: [LEGACY] }).messages, [
      user('hi'),
      { role: 'assistant', content: [callPart('call_00000001', 'look', { a: 1 })] },
      { role: 'user', content: [resultPart('call_00000001', 'LEGACY')] },
    ]);
  });
});

describe('a field of /v1/chat/completions that Claude cannot honor', () => {
  for (const [field, value] of [
    ['logit_bias', { '50256': -100 }],
    ['modalities', ['text', 'audio']],
    ['web_search_options', {}],
    ['moderation', { model: 'x' }],
  ] as const) {
    it(`is refused by its name: ${field}`, () => {
      assert.match(
        badRequestMessage(() => bodyOf({ [field]: value })) ?? '',
        new RegExp(`^${field} is not supported: `),
      );
    });
  }

  it('is accepted with a value that changes nothing', () => {
    bodyOf({ n: 1, logit_bias: {}, modalities: ['text'], web_search_options: null, moderation: null });
  });
});
