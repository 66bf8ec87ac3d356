import { bodyFields } from '../../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import type { Model } from '../../../../../src/core/backend.js';
import type { ChatMessage, ChatRequest } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import type { Json } from '../../../../../src/core/json.js';
import { decodeChat, translateChat } from '../../../../../src/protocol/openai/chat/request.js';
import {
  type Body,
  callPart,
  ENTRY,
  entryOf,
  IMAGE,
  namesOf,
  PNG,
  responseRequestOf,
  resultPart,
  user,
} from '../requests.js';

const HI = [{ role: 'user', content: 'hi' }];

const chatOf = (body: Body, entry = ENTRY): ChatRequest =>
  translateChat(
    decodeChat(
      bodyFields(JSON.stringify({ model: 'x', messages: HI, ...body }), 'openai.ChatCompletionRequest'),
    ),
    entry,
  );
const messagesOf = (messages: Json): readonly ChatMessage[] => chatOf({ messages }).messages;

const call = (id: string, name = 'f', args = '{"a":1}'): Body => {
  return { id, type: 'function', function: { name, arguments: args }, cache_control: { type: 'ephemeral' } };
};
const tool = (name: string): Body => {
  return {
    type: 'function',
    function: { name, description: `Does ${name}.`, parameters: { type: 'object' } },
  };
};
const TOOLS = [tool('read'), tool('write')];

/** Checks that an error is a bad request with that message. */
const badRequestWith =
  (message: string | RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ChatError);
    assert.equal(error.kind, 'badRequest');
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };

describe('a request of /v1/chat/completions', () => {
  it('becomes a request for the model that its name was resolved to', () => {
    assert.deepEqual(chatOf({}), {
      lane: 'workspace',
      model: 'sonnet',
      system: '',
      messages: [user('hi')],
      tools: [],
      thinking: { show: true },
      stop: [],
    });
  });

  it('keeps the parts of a message in their order', () => {
    const content = [
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
      { type: 'text', text: '' },
      { type: 'image_url', image_url: `data:;base64,${PNG}` },
      { type: 'text', text: 'b' },
    ];
    assert.deepEqual(messagesOf([{ role: 'user', content }]), [
      { role: 'user', content: [{ type: 'text', text: 'a' }, IMAGE, IMAGE, { type: 'text', text: 'b' }] },
    ]);
  });

  it('names the supported image formats when it refuses an image', () => {
    const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
    assert.throws(() => messagesOf([{ role: 'user', content }]), badRequestWith(/PNG, JPEG, GIF and WebP/));
  });

  it('joins system and developer messages, as text or parts', () => {
    const request = chatOf({
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'One.' },
            { type: 'text', text: 'Two.' },
          ],
        },
        { role: 'developer', content: 'Three.' },
        ...HI,
      ],
    });
    assert.equal(request.system, 'One.\n\nTwo.\n\nThree.');
    assert.deepEqual(request.messages, [user('hi')]);
  });

  it('matches results to their calls by id, in any order', () => {
    assert.deepEqual(
      messagesOf([
        ...HI,
        { role: 'assistant', content: '', tool_calls: [call('1'), call('2', 'g', '')] },
        { role: 'tool', tool_call_id: '2', content: [{ type: 'text', text: 'two' }] },
        { role: 'tool', tool_call_id: '1', content: 'one' },
      ]),
      [
        user('hi'),
        { role: 'assistant', content: [callPart('1'), callPart('2', 'g', {})] },
        { role: 'user', content: [resultPart('2', 'two')] },
        { role: 'user', content: [resultPart('1', 'one')] },
      ],
    );
  });

  it('matches results without an id by name, or else by order', () => {
    const messages = messagesOf([
      { role: 'assistant', content: null, tool_calls: [call('1'), call('2', 'g'), call('3', 'h')] },
      { role: 'tool', name: 'g', content: 'two' },
      { role: 'tool', content: 'one' },
      { role: 'tool', tool_call_id: 'none', content: 'unmatched' },
    ]);
    assert.deepEqual(messages.slice(1), [
      { role: 'user', content: [resultPart('2', 'two')] },
      { role: 'user', content: [resultPart('1', 'one')] },
      user('<tool_result>\nunmatched\n</tool_result>'),
    ]);
  });

  it('distinguishes calls with the same id', () => {
    const round = [
      { role: 'assistant', content: null, tool_calls: [call('1')] },
      { role: 'tool', tool_call_id: '1', content: 'x' },
    ];
    const ids = messagesOf([...round, ...round]).flatMap((message) =>
      message.content.map((part) =>
        part.type === 'toolCall' ? part.call.id : part.type === 'toolResult' ? part.callId : '',
      ),
    );
    assert.deepEqual(ids, ['1', '1', 'call_00000002', 'call_00000002']);
  });

  it('keeps calls and results in a message of any role', () => {
    const use = { type: 'tool_use', id: 'x', name: 'f', input: { a: 1 } };
    const result = { type: 'tool_result', tool_use_id: 'x', content: 'found' };
    for (const role of ['user', 'assistant', 'developer']) {
      const messages = messagesOf([
        ...HI,
        { role, content: [use] },
        { role, content: [result] },
        { role: 'user', content: 'go on' },
      ]);
      assert.deepEqual(
        messages.flatMap(({ content }): readonly object[] => content),
        [
          { type: 'text', text: 'hi' },
          callPart('x'),
          resultPart('x', 'found'),
          { type: 'text', text: 'go on' },
        ],
      );
    }
  });

  it('is refused if a call is of an unknown type, whose fields cannot be known', () => {
    const weird = { id: 'x', type: 'weird', weird: { input: 'lost' } };
    assert.throws(
      () => messagesOf([...HI, { role: 'assistant', content: null, tool_calls: [weird] }]),
      badRequestWith('The tool call type "weird" is not supported: a call is a function or a custom tool.'),
    );
  });

  it('keeps the images of a result in it', () => {
    const content = [
      { type: 'text', text: 'see' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
    ];
    const [, last] = messagesOf([
      { role: 'assistant', tool_calls: [call('1')] },
      { role: 'tool', tool_call_id: '1', content },
    ]);
    const parts = [{ type: 'text', text: 'see' }, IMAGE];
    assert.deepEqual(last, {
      role: 'user',
      content: [{ type: 'toolResult', callId: '1', content: parts, isError: false }],
    });
  });

  for (const [sent, args] of [
    ['{"a":', { raw_arguments: '{"a":' }],
    ['[1]', { raw_arguments: '[1]' }],
    ['"a"', { raw_arguments: '"a"' }],
    ['5', { raw_arguments: '5' }],
    ['{} {}', { raw_arguments: '{} {}' }],
    ['null', {}],
    ['[]', {}],
    ['"{\\"a\\":1}"', { a: 1 }],
  ] as const) {
    it(`reads the arguments ${sent}`, () => {
      const messages = [{ role: 'assistant', tool_calls: [call('1', 'f', sent)] }];
      assert.deepEqual(messagesOf(messages)[0]?.content, [callPart('1', 'f', args)]);
    });
  }

  it('reads stop sequences and token limits', () => {
    assert.deepEqual(chatOf({ stop: 'a' }).stop, ['a']);
    assert.deepEqual(chatOf({ stop: ['a', '', 5, null, 'b'] }).stop, ['a', 'b']);
    assert.equal(chatOf({ max_tokens: 7 }).maxTokens, 7);
    assert.equal(chatOf({ max_completion_tokens: 8, max_tokens: 7 }).maxTokens, 8);
    for (const limit of [0, -1, null]) assert.ok(!('maxTokens' in chatOf({ max_tokens: limit })));
    assert.throws(
      () => chatOf({ max_tokens: '7' }),
      badRequestWith(/ChatCompletionRequest.max_tokens of type int/),
    );
  });

  it('reads the format of the answer', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const format = (response_format: Json): unknown => chatOf({ response_format }).format;
    assert.equal(format({ type: 'text' }), undefined);
    assert.equal(format(null), undefined);
    assert.deepEqual(format({ type: 'json_object' }), { type: 'json' });
    assert.deepEqual(format({ type: 'json_schema', json_schema: { name: 'n', strict: true, schema } }), {
      type: 'schema',
      schema,
    });
  });

  for (const [effort, expected] of [
    ['none', { mode: 'off', show: false }],
    ['minimal', { mode: 'on', show: true, effort: 'low' }],
    ['low', { mode: 'on', show: true, effort: 'low' }],
    ['medium', { mode: 'on', show: true, effort: 'medium' }],
    ['high', { mode: 'on', show: true, effort: 'high' }],
    ['xhigh', { mode: 'on', show: true, effort: 'xhigh' }],
    ['ultra', { mode: 'on', show: true, effort: 'max' }],
    ['max', { mode: 'on', show: true, effort: 'max' }],
    ['', { show: true }],
  ] as const) {
    it(`maps the effort "${effort}"`, () => {
      assert.deepEqual(chatOf({ reasoning_effort: effort }).thinking, expected);
      assert.deepEqual(chatOf({ reasoning: { effort } }).thinking, expected);
      assert.deepEqual(responseRequestOf({ reasoning: { effort, summary: 'auto' } }).thinking, expected);
    });
  }

  it('maps an effort to the nearest that the model has, or to none', () => {
    const thinking = (effort: string, model: Partial<Model>): unknown =>
      chatOf({ reasoning_effort: effort }, entryOf(model)).thinking;
    assert.deepEqual(thinking('xhigh', { efforts: ['high', 'max'] }), {
      mode: 'on',
      show: true,
      effort: 'max',
    });
    assert.deepEqual(thinking('ultra', { efforts: ['low', 'high'] }), {
      mode: 'on',
      show: true,
      effort: 'high',
    });
    assert.deepEqual(thinking('low', { efforts: [] }), { mode: 'on', show: true });
    assert.deepEqual(thinking('high', { efforts: [], thinking: false }), { show: false });
  });
});

describe('tools of /v1/chat/completions', () => {
  it('keep their schemas', () => {
    const request = chatOf({ tools: [...TOOLS, { function: { name: 'bare' } }] });
    assert.deepEqual(request.tools, [
      { name: 'read', description: 'Does read.', parameters: { type: 'object' } },
      { name: 'write', description: 'Does write.', parameters: { type: 'object' } },
      { name: 'bare', description: '', parameters: { type: 'object', properties: {} } },
    ]);
  });

  it('may have the fields of the function beside the type', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string' } } };
    const { tools } = chatOf({
      tools: [
        { type: 'function', name: 'read', description: 'Reads.', parameters },
        { name: 'write', input_schema: parameters },
      ],
    });
    assert.deepEqual(tools, [
      { name: 'read', description: 'Reads.', parameters },
      { name: 'write', description: '', parameters },
    ]);
  });

  it('are refused if only OpenAI runs them', () => {
    assert.throws(
      () => chatOf({ tools: [...TOOLS, { type: 'web_search' }] }),
      badRequestWith('The tool type "web_search" is not supported: only tools that the client runs are.'),
    );
  });

  it('are offered without an instruction unless the client chooses', () => {
    for (const tool_choice of ['auto', null, 5, { type: 'web_search' }]) {
      const request = chatOf({ tools: TOOLS, tool_choice });
      assert.deepEqual([namesOf(request), request.system], [['read', 'write'], '']);
    }
  });

  it('are not offered with "none"', () => {
    assert.deepEqual(namesOf(chatOf({ tools: TOOLS, tool_choice: 'none' })), []);
  });

  it('must be called with "required" or the name of one', () => {
    const required = chatOf({ tools: TOOLS, tool_choice: 'required' });
    assert.deepEqual(namesOf(required), ['read', 'write']);
    assert.deepEqual(required.toolChoice, { required: true, single: false });
    const messages = [{ role: 'system', content: 'Be brief.' }, ...HI];
    const one = chatOf({
      messages,
      tools: TOOLS,
      tool_choice: { type: 'function', function: { name: 'write' } },
    });
    assert.deepEqual(namesOf(one), ['read', 'write']);
    assert.equal(one.system, 'Be brief.');
    assert.deepEqual(one.toolChoice, { required: true, name: 'write', single: false });
  });

  it('can be limited to some', () => {
    const allowed = { mode: 'auto', tools: [{ type: 'function', function: { name: 'read' } }] };
    const request = chatOf({ tools: TOOLS, tool_choice: { type: 'allowed_tools', allowed_tools: allowed } });
    assert.deepEqual([namesOf(request), request.system], [['read'], '']);
  });

  it('are refused if the client chooses a missing one', () => {
    const named = { type: 'function', function: { name: 'missing' } };
    assert.throws(
      () => chatOf({ tools: TOOLS, tool_choice: named }),
      badRequestWith(/names the tool "missing"/),
    );
    assert.throws(() => chatOf({ tool_choice: 'required' }), badRequestWith(/there are no tools/));
  });
});
