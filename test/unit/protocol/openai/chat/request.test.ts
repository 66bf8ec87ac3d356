import assert from 'node:assert/strict';
import type { Model } from '../../../../../src/core/backend.js';
import type { CatalogEntry } from '../../../../../src/core/catalog.js';
import type { ChatMessage, ChatRequest } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import type { Json } from '../../../../../src/core/json.js';
import {
  decodeCompletion,
  translateCompletion,
} from '../../../../../src/protocol/openai/completions/completions.js';
import { decodeChat, translateChat } from '../../../../../src/protocol/openai/chat/request.js';
import { decodeResponses, translateResponses } from '../../../../../src/protocol/openai/responses/request.js';

const MODEL: Model = {
  value: 'sonnet',
  resolved: 'claude-sonnet-5-5',
  displayName: 'Sonnet',
  description: '',
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  thinking: true,
  contextLength: 200_000,
};
const ENTRY: CatalogEntry = { name: 'claude-sonnet:workspace', lane: 'workspace', model: MODEL };
const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
const IMAGE = { type: 'image', mediaType: 'image/png', data: PNG } as const;
const HI = [{ role: 'user', content: 'hi' }];

type Body = { readonly [key: string]: Json };

const entryOf = (model: Partial<Model>): CatalogEntry => ({ ...ENTRY, model: { ...MODEL, ...model } });
const chatOf = (body: Body, entry = ENTRY): ChatRequest =>
  translateChat(decodeChat(JSON.stringify({ model: 'x', messages: HI, ...body })), entry);
const responseOf = (body: Body, entry = ENTRY): ChatRequest =>
  translateResponses(decodeResponses(JSON.stringify({ model: 'x', input: 'hi', ...body })), entry);
const messagesOf = (messages: Json): readonly ChatMessage[] => chatOf({ messages }).messages;

const user = (text: string): ChatMessage => ({ role: 'user', content: [{ type: 'text', text }] });
const call = (id: string, name = 'f', args = '{"a":1}'): Body => {
  return { id, type: 'function', function: { name, arguments: args }, cache_control: { type: 'ephemeral' } };
};
const made = (id: string, name = 'f', args: Body = { a: 1 }): object => {
  return { type: 'toolCall', call: { id, name, arguments: args } };
};
const result = (callId: string, content: string): object => {
  return { type: 'toolResult', callId, content, isError: false };
};
const refused =
  (message: string | RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ChatError);
    assert.equal(error.kind, 'badRequest');
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
const tool = (name: string): Body => {
  return {
    type: 'function',
    function: { name, description: `Does ${name}.`, parameters: { type: 'object' } },
  };
};
const TOOLS = [tool('read'), tool('write')];
const names = (request: ChatRequest): string[] => request.tools.map(({ name }) => name);

describe('a chat completion', () => {
  it('becomes a request for the model that its name resolved to', () => {
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

  it('says what kinds of images there are', () => {
    const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
    assert.throws(() => messagesOf([{ role: 'user', content }]), refused(/PNG, JPEG, GIF and WebP/));
  });

  it('gathers system and developer messages, in parts or whole', () => {
    const request = chatOf({
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'One.' },
            { type: 'text', text: 'Two.' },
          ],
        },
        ...HI,
        { role: 'developer', content: 'Three.' },
      ],
    });
    assert.equal(request.system, 'One.\n\nTwo.\n\nThree.');
    assert.deepEqual(request.messages, [user('hi')]);
  });

  it('gives results to their calls, whatever their order', () => {
    assert.deepEqual(
      messagesOf([
        ...HI,
        { role: 'assistant', content: '', tool_calls: [call('1'), call('2', 'g', '')] },
        { role: 'tool', tool_call_id: '2', content: [{ type: 'text', text: 'two' }] },
        { role: 'tool', tool_call_id: '1', content: 'one' },
      ]),
      [
        user('hi'),
        { role: 'assistant', content: [made('1'), made('2', 'g', {})] },
        { role: 'user', content: [result('2', 'two')] },
        { role: 'user', content: [result('1', 'one')] },
      ],
    );
  });

  it('gives results without an id to calls by name, else by order', () => {
    const messages = messagesOf([
      { role: 'assistant', content: null, tool_calls: [call('1'), call('2', 'g'), call('3', 'h')] },
      { role: 'tool', name: 'g', content: 'two' },
      { role: 'tool', content: 'one' },
      { role: 'tool', tool_call_id: 'none', content: 'lost' },
    ]);
    assert.deepEqual(messages.slice(1), [
      { role: 'user', content: [result('2', 'two')] },
      { role: 'user', content: [result('1', 'one')] },
      user('lost'),
    ]);
  });

  it('tells calls apart that have one id', () => {
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

  it('keeps images of a result beside it', () => {
    const content = [
      { type: 'text', text: 'see' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
    ];
    const [, last] = messagesOf([
      { role: 'assistant', tool_calls: [call('1')] },
      { role: 'tool', tool_call_id: '1', content },
    ]);
    assert.deepEqual(last, { role: 'user', content: [result('1', 'see'), IMAGE] });
  });

  for (const broken of ['{"a":', '[1]', '"a"', '5', 'null', '{} {}']) {
    it(`does not take ${broken} for arguments`, () => {
      const messages = [{ role: 'assistant', tool_calls: [call('1', 'f', broken)] }];
      assert.throws(() => messagesOf(messages), refused('invalid tool call arguments'));
    });
  }

  it('reads stop sequences and limits', () => {
    assert.deepEqual(chatOf({ stop: 'a' }).stop, ['a']);
    assert.deepEqual(chatOf({ stop: ['a', '', 5, null, 'b'] }).stop, ['a', 'b']);
    assert.equal(chatOf({ max_tokens: 7 }).maxTokens, 7);
    assert.equal(chatOf({ max_completion_tokens: 8, max_tokens: 7 }).maxTokens, 8);
    for (const none of [0, -1, null]) assert.ok(!('maxTokens' in chatOf({ max_tokens: none })));
    assert.throws(() => chatOf({ max_tokens: '7' }), refused(/ChatCompletionRequest.max_tokens of type int/));
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
    ['none', { show: false }],
    ['minimal', { show: true, effort: 'low' }],
    ['low', { show: true, effort: 'low' }],
    ['medium', { show: true, effort: 'medium' }],
    ['high', { show: true, effort: 'high' }],
    ['xhigh', { show: true, effort: 'xhigh' }],
    ['ultra', { show: true, effort: 'max' }],
    ['max', { show: true, effort: 'max' }],
    ['', { show: true }],
  ] as const) {
    it(`meets the effort "${effort}"`, () => {
      assert.deepEqual(chatOf({ reasoning_effort: effort }).thinking, expected);
      assert.deepEqual(chatOf({ reasoning: { effort } }).thinking, expected);
      assert.deepEqual(responseOf({ reasoning: { effort, summary: 'auto' } }).thinking, expected);
    });
  }

  it('meets an effort with the nearest that the model has, or none', () => {
    const thinking = (effort: string, model: Partial<Model>): unknown =>
      chatOf({ reasoning_effort: effort }, entryOf(model)).thinking;
    assert.deepEqual(thinking('xhigh', { efforts: ['high', 'max'] }), { show: true, effort: 'max' });
    assert.deepEqual(thinking('ultra', { efforts: ['low', 'high'] }), { show: true, effort: 'high' });
    assert.deepEqual(thinking('low', { efforts: [] }), { show: true });
    assert.deepEqual(thinking('high', { efforts: [], thinking: false }), { show: false });
  });
});

describe('tools of a chat completion', () => {
  it('come with their schemas untouched, and without those that only OpenAI runs', () => {
    const request = chatOf({ tools: [...TOOLS, { type: 'web_search' }, { function: { name: 'bare' } }] });
    assert.deepEqual(request.tools, [
      { name: 'read', description: 'Does read.', parameters: { type: 'object' } },
      { name: 'write', description: 'Does write.', parameters: { type: 'object' } },
      { name: 'bare', description: '', parameters: { type: 'object', properties: {} } },
    ]);
  });

  it('are left to the model unless the client chooses', () => {
    for (const tool_choice of ['auto', null, 5, { type: 'web_search' }]) {
      const request = chatOf({ tools: TOOLS, tool_choice });
      assert.deepEqual([names(request), request.system], [['read', 'write'], '']);
    }
  });

  it('are kept away by "none"', () => {
    assert.deepEqual(names(chatOf({ tools: TOOLS, tool_choice: 'none' })), []);
  });

  it('must be called with "required", or the one that is named', () => {
    const required = chatOf({ tools: TOOLS, tool_choice: 'required' });
    assert.deepEqual(names(required), ['read', 'write']);
    assert.match(required.system, /must answer by calling at least one of your tools/);
    const messages = [{ role: 'system', content: 'Be brief.' }, ...HI];
    const one = chatOf({
      messages,
      tools: TOOLS,
      tool_choice: { type: 'function', function: { name: 'write' } },
    });
    assert.deepEqual(names(one), ['write']);
    assert.match(one.system, /^Be brief\.\n\nYou must answer by calling the tool "write"/);
  });

  it('may be limited to some', () => {
    const allowed = { mode: 'auto', tools: [{ type: 'function', function: { name: 'read' } }] };
    const request = chatOf({ tools: TOOLS, tool_choice: { type: 'allowed_tools', allowed_tools: allowed } });
    assert.deepEqual([names(request), request.system], [['read'], '']);
  });

  it('must be there to be chosen', () => {
    const named = { type: 'function', function: { name: 'gone' } };
    assert.throws(() => chatOf({ tools: TOOLS, tool_choice: named }), refused(/names the tool "gone"/));
    assert.throws(() => chatOf({ tool_choice: 'required' }), refused(/there are no tools/));
  });
});

describe('a text completion', () => {
  const of = (body: Body): ChatRequest | undefined =>
    translateCompletion(decodeCompletion(JSON.stringify({ model: 'x', ...body })), ENTRY);

  it('is a chat of one message without thinking', () => {
    assert.deepEqual(of({ prompt: 'hi', stop: ['a'], max_tokens: 3 }), {
      lane: 'workspace',
      model: 'sonnet',
      system: '',
      messages: [user('hi')],
      tools: [],
      thinking: { show: false },
      stop: ['a'],
      maxTokens: 3,
    });
  });

  it('without a prompt asks for nothing', () => {
    assert.equal(of({ prompt: '' }), undefined);
  });
});

describe('a request for a response', () => {
  it('has instructions, and text as its input', () => {
    const request = responseOf({ instructions: 'Be brief.', max_output_tokens: 9 });
    assert.equal(request.system, 'Be brief.');
    assert.deepEqual(request.messages, [user('hi')]);
    assert.equal(request.maxTokens, 9);
  });

  it('has items of a conversation, of which reasoning is nothing to Claude', () => {
    const input = [
      { role: 'developer', content: 'Be kind.' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Wait.' },
          { type: 'refusal', refusal: ' No.' },
        ],
      },
      { type: 'function_call', call_id: '1', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call', call_id: '2', name: 'g', arguments: '' },
      { type: 'web_search_call', id: 'ws_1' },
      { type: 'function_call_output', call_id: '2', output: 'two' },
      { type: 'function_call_output', call_id: '1', output: [{ type: 'input_text', text: 'one' }] },
      {
        role: 'user',
        content: [{ type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' }],
      },
    ];
    const request = responseOf({ instructions: 'Be brief.', input });
    assert.equal(request.system, 'Be brief.\n\nBe kind.');
    assert.deepEqual(request.messages, [
      user('hi'),
      { role: 'assistant', content: [{ type: 'text', text: 'Wait. No.' }] },
      { role: 'assistant', content: [made('1')] },
      { role: 'assistant', content: [made('2', 'g', {})] },
      { role: 'user', content: [result('2', 'two')] },
      { role: 'user', content: [result('1', 'one')] },
      { role: 'user', content: [IMAGE] },
    ]);
  });

  it('offers functions only, and lets the client choose', () => {
    const tools = [
      { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: false },
      { type: 'web_search' },
      { type: 'custom', name: 'apply_patch' },
    ];
    assert.deepEqual(responseOf({ tools }).tools, [
      { name: 'f', description: 'd', parameters: { type: 'object' } },
    ]);
    assert.deepEqual(names(responseOf({ tools, tool_choice: { type: 'function', name: 'f' } })), ['f']);
    const allowed = {
      type: 'allowed_tools',
      mode: 'required',
      tools: [
        { type: 'function', name: 'f' },
        { type: 'custom', name: 'apply_patch' },
      ],
    };
    const request = responseOf({ tools, tool_choice: allowed });
    assert.deepEqual(names(request), ['f']);
    assert.match(request.system, /must answer by calling the tool "f"/);
  });

  it('reads the format of the answer', () => {
    const schema = { type: 'object' };
    const text = { format: { type: 'json_schema', name: 'n', schema, strict: true }, verbosity: 'low' };
    assert.deepEqual(responseOf({ text }).format, { type: 'schema', schema });
  });
});
