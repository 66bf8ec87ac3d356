import { bodyFields } from '../../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Model } from '../../../../../src/core/backend.js';
import type { CatalogEntry } from '../../../../../src/core/catalog.js';
import type { ChatMessage, ChatRequest } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import type { Json } from '../../../../../src/core/json.js';
import { OllamaStatusError } from '../../../../../src/protocol/ollama/errors.js';
import {
  type ChatAction,
  decodeChat,
  translateChat,
} from '../../../../../src/protocol/ollama/chat/request.js';

const MODEL: Model = {
  value: 'sonnet',
  resolved: 'claude-sonnet-5-5',
  displayName: 'Sonnet',
  description: '',
  efforts: ['low', 'high'],
  thinking: true,
  contextLength: 200_000,
};
const ENTRY: CatalogEntry = { name: 'claude-sonnet:workspace', lane: 'workspace', model: MODEL };
const WITHOUT_THINKING: CatalogEntry = { ...ENTRY, model: { ...MODEL, thinking: false } };
const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
const HI = [{ role: 'user', content: 'hi' }];

function actionOf(body: Json, entry = ENTRY): ChatAction {
  return translateChat(decodeChat(bodyFields(JSON.stringify(body), 'api.ChatRequest')), entry);
}

function requestOf(body: { readonly [key: string]: Json }, entry = ENTRY): ChatRequest {
  const action = actionOf({ model: 'x', ...body }, entry);
  assert.ok(action.type === 'answer');
  return action.request;
}

const messagesOf = (messages: Json): readonly ChatMessage[] => requestOf({ messages }).messages;
const user = (text: string): ChatMessage => ({ role: 'user', content: [{ type: 'text', text }] });
const call = (name: string, id?: string): { readonly [key: string]: Json } => ({
  ...(id === undefined ? {} : { id }),
  function: { name, arguments: { of: name } },
});
const results = (messages: readonly ChatMessage[]): (string | undefined)[] =>
  messages.flatMap((message) =>
    message.role === 'assistant'
      ? []
      : message.content.map((part) =>
          part.type === 'toolResult'
            ? `${part.callId}=${part.content.map((inner) => (inner.type === 'text' ? inner.text : inner.type)).join('+')}`
            : undefined,
        ),
  );

describe('a request of /api/chat', () => {
  it('becomes a request for the model that its name was resolved to', () => {
    assert.deepEqual(requestOf({ messages: HI }), {
      lane: 'workspace',
      model: 'sonnet',
      system: '',
      messages: [user('hi')],
      tools: [],
      thinking: { show: true },
      stop: [],
    });
  });

  it('joins the first system and developer messages, and keeps the place of later ones', () => {
    const request = requestOf({
      messages: [
        { role: 'system', content: 'One.' },
        { role: 'DEVELOPER', content: 'Two.' },
        ...HI,
        { role: 'system', content: '' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'system', content: 'Three.' },
      ],
    });
    assert.equal(request.system, 'One.\n\nTwo.');
    assert.deepEqual(request.messages, [
      user('hi'),
      { role: 'assistant', content: [{ type: 'text', text: 'Yes?' }] },
      user('<system_message>\nThree.\n</system_message>'),
    ]);
  });

  it('keeps every character of the messages', () => {
    const texts = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(texts, (contents) => {
        const messages = messagesOf(contents.map((content) => ({ role: 'user', content })));
        assert.deepEqual(messages, contents.map(user));
      }),
      { numRuns: 100 },
    );
  });

  it('accepts images with or without text, and detects their media type', () => {
    const image = { type: 'image', mediaType: 'image/png', data: PNG };
    assert.deepEqual(messagesOf([{ role: 'user', content: 'see', images: [PNG, PNG] }]), [
      { role: 'user', content: [image, image, { type: 'text', text: 'see' }] },
    ]);
    assert.deepEqual(messagesOf([...HI, { role: 'user', content: '', images: [PNG] }])[1], {
      role: 'user',
      content: [image],
    });
  });

  it('leaves out empty messages, but keeps at least one message', () => {
    const empty = [{ role: 'user', content: '' }, {}, null, { role: 'assistant', content: ' \n' }];
    assert.deepEqual(messagesOf([...empty, ...HI, ...empty]), [user('hi')]);
    assert.deepEqual(messagesOf(empty), [user('')]);
  });

  it('takes a system message without any other message as the question', () => {
    const request = requestOf({ messages: [{ role: 'system', content: 'Say hello in Greek.' }] });
    assert.deepEqual([request.system, request.messages], ['', [user('Say hello in Greek.')]]);
  });

  it('treats an unknown role as the user', () => {
    assert.deepEqual(messagesOf([{ role: 'ghost', content: 'boo' }]), [user('boo')]);
  });

  it('keeps the schema of a tool, and adds an empty schema to a tool without one', () => {
    const parameters = { type: 'object', $defs: { a: { const: 1 } }, additionalProperties: false, __x: null };
    const tools = [
      { type: 'function', function: { name: 'f', description: 'F.', parameters } },
      { function: { name: 'g' } },
    ];
    assert.deepEqual(requestOf({ messages: HI, tools }).tools, [
      { name: 'f', description: 'F.', parameters },
      { name: 'g', description: '', parameters: { type: 'object', properties: {} } },
    ]);
  });

  it('reads a tool whose fields are beside its type, with the parameters of either API', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string' } } };
    const tools = [
      { type: 'function', name: 'f', description: 'F.', parameters },
      { name: 'g', description: 'G.', input_schema: parameters },
    ];
    assert.deepEqual(requestOf({ messages: HI, tools }).tools, [
      { name: 'f', description: 'F.', parameters },
      { name: 'g', description: 'G.', parameters },
    ]);
  });

  it('is refused if it offers a tool that the client does not run', () => {
    for (const tool of [{ type: 'web_search' }, { type: 'mcp', name: 'x', server_url: 'http://x' }]) {
      assert.throws(() => requestOf({ messages: HI, tools: [tool] }), {
        kind: 'badRequest',
        message: `The tool type "${tool.type}" is not supported: only tools that the client runs are.`,
      });
    }
  });

  it('keeps calls and results in a message of any role', () => {
    const use = { type: 'tool_use', id: 'x', name: 'f', input: { a: 1 } };
    const result = { type: 'tool_result', tool_use_id: 'x', content: 'found' };
    const called = { type: 'toolCall', call: { id: 'x', name: 'f', arguments: { a: 1 } } };
    const found = {
      type: 'toolResult',
      callId: 'x',
      content: [{ type: 'text', text: 'found' }],
      isError: false,
    };
    for (const role of ['user', 'assistant', 'system']) {
      const messages = messagesOf([
        { role: 'user', content: 'hi' },
        { role, content: [use] },
        { role, content: [result] },
        { role: 'user', content: 'go on' },
      ]);
      const parts = messages.flatMap(({ content }): readonly object[] => content);
      assert.deepEqual(parts, [{ type: 'text', text: 'hi' }, called, found, { type: 'text', text: 'go on' }]);
    }
    const messages = messagesOf([...HI, { role: 'user', content: 'see', tool_calls: [call('g', 'y')] }]);
    assert.match(JSON.stringify(messages), /"of":"g".*"see"/);
  });

  it('uses the options stop and num_predict, and ignores the others', () => {
    const options = { stop: ['END', ''], num_predict: 5.9, temperature: 0, _private: {} };
    const request = requestOf({ messages: HI, options });
    assert.deepEqual(request.stop, ['END']);
    assert.equal(request.maxTokens, 5);
    for (const limit of [-1, -2, 0, null]) {
      assert.equal('maxTokens' in requestOf({ messages: HI, options: { num_predict: limit } }), false);
    }
  });

  it('reads options as text, as users type them into a form', () => {
    const options = { stop: '\n', num_predict: '100', temperature: '0.5', num_ctx: '8192', use_mmap: 'true' };
    const request = requestOf({ messages: HI, options });
    assert.deepEqual(
      [request.stop, request.maxTokens, request.sampling],
      [['\n'], 100, { temperature: 0.5 }],
    );
    for (const [name, value] of [
      ['num_predict', 'many'],
      ['num_ctx', ''],
      ['use_mmap', 'yes'],
      ['stop', 5],
    ] as const) {
      assert.throws(() => requestOf({ messages: HI, options: { [name]: value } }), OllamaStatusError);
    }
  });

  it('reads content as parts, also as results', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      { type: 'text', text: 'b' },
    ];
    const image = { type: 'image', mediaType: 'image/png', data: PNG };
    const expected = [{ type: 'text', text: 'a' }, image, { type: 'text', text: 'b' }];
    assert.deepEqual(messagesOf([{ role: 'user', content: parts }])[0]?.content, expected);
    const [, result] = messagesOf([
      { role: 'assistant', tool_calls: [call('f', 'x')] },
      { role: 'tool', tool_call_id: 'x', content: parts },
    ]);
    assert.deepEqual(result?.content, [
      { type: 'toolResult', callId: 'x', content: expected, isError: false },
    ]);
  });

  it('reads a call whose name and arguments are beside its id', () => {
    const [message] = messagesOf([
      { role: 'assistant', tool_calls: [{ id: 'x', name: 'f', arguments: '{"a":1}' }] },
    ]);
    assert.deepEqual(message?.content, [
      { type: 'toolCall', call: { id: 'x', name: 'f', arguments: { a: 1 } } },
    ]);
  });

  it('accepts an image as a data URL of any media type', () => {
    for (const type of ['image/png', 'image/jpg', 'application/octet-stream', '']) {
      const [message] = messagesOf([{ role: 'user', images: [`data:${type};base64,${PNG}`] }]);
      assert.deepEqual(message?.content, [{ type: 'image', mediaType: 'image/png', data: PNG }]);
    }
    assert.throws(() => messagesOf([{ role: 'user', images: ['data:image/png,AAAA'] }]), {
      message: 'illegal base64 data at input byte 4',
    });
  });

  it('keeps all digits of integers in arguments and results', () => {
    const body =
      '{"model":"x","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"id":12345678901234567890}}}]},' +
      '{"role":"tool","content":{"id":12345678901234567891}}]}';
    const action = translateChat(decodeChat(bodyFields(body, 'api.ChatRequest')), ENTRY);
    assert.ok(action.type === 'answer');
    const [made, result] = action.request.messages;
    assert.deepEqual(made?.content[0], {
      type: 'toolCall',
      call: { id: 'call_00000001', name: 'f', arguments: { id: 12345678901234567890n } },
    });
    assert.deepEqual(result?.content[0], {
      type: 'toolResult',
      callId: 'call_00000001',
      content: [{ type: 'text', text: '{"id":12345678901234567891}' }],
      isError: false,
    });
  });

  it('reads the format, and refuses an invalid one', () => {
    assert.deepEqual(requestOf({ messages: HI, format: 'json' }).format, { type: 'json' });
    assert.deepEqual(requestOf({ messages: HI, format: { type: 'object' } }).format, {
      type: 'schema',
      schema: { type: 'object' },
    });
    for (const format of [5, true, ['json'], 'JSON']) {
      assert.throws(() => requestOf({ messages: HI, format }), OllamaStatusError);
    }
  });

  it('shows thinking unless the client disables it, with an effort that the model has', () => {
    const thinking = (think: Json, entry = ENTRY): unknown =>
      requestOf({ messages: HI, think }, entry).thinking;
    assert.deepEqual(thinking(null), { show: true });
    assert.deepEqual(thinking(true), { mode: 'on', show: true });
    assert.deepEqual(thinking(false), { mode: 'off', show: false });
    assert.deepEqual(thinking('high'), { mode: 'on', show: true, effort: 'high' });
    assert.deepEqual(thinking('max'), { mode: 'on', show: true });
    assert.deepEqual(thinking(null, WITHOUT_THINKING), { show: false });
    assert.deepEqual(thinking(false, WITHOUT_THINKING), { mode: 'off', show: false });
  });

  it('reports the error that Ollama finds first', () => {
    const errorOf = (body: Json, entry = WITHOUT_THINKING): string => {
      try {
        return actionOf(body, entry).type;
      } catch (error) {
        assert.ok(error instanceof ChatError);
        return error.message;
      }
    };
    const invalid = { think: true, options: { seed: 'x' }, format: 'yaml' };
    assert.match(errorOf({ ...invalid, top_logprobs: 21, keep_alive: 'x' }), /^time: /);
    assert.match(errorOf({ ...invalid, top_logprobs: 21 }), /^top_logprobs/);
    assert.equal(errorOf({ ...invalid, keep_alive: 0 }), 'unload');
    assert.match(errorOf(invalid), /does not support thinking/);
    assert.match(errorOf({ ...invalid, think: false }), /^option "seed"/);
    assert.equal(errorOf({ format: 'yaml' }), 'load');
    assert.match(errorOf({ format: 'yaml', messages: HI }), /^invalid format/);
  });

  it('is refused with Go’s message for a wrong type at any depth', () => {
    const refused: readonly (readonly [Json, string])[] = [
      [{ messages: {} }, 'object into Go struct field ChatRequest.messages of type []api.Message'],
      [{ messages: ['x'] }, 'string into Go struct field ChatRequest.messages of type api.Alias'],
      [{ messages: [{ role: 1 }] }, 'number into Go struct field ChatRequest.messages.role of type string'],
      [
        { messages: [{ images: 'x' }] },
        'string into Go struct field ChatRequest.messages.images of type []api.ImageData',
      ],
      [
        { messages: [{ images: [1] }] },
        'number into Go struct field ChatRequest.messages.images of type api.ImageData',
      ],
      [
        { messages: [{ tool_calls: [{ function: { name: 1 } }] }] },
        'number into Go struct field ChatRequest.messages.tool_calls.function.name of type string',
      ],
      [{ stream: 'no' }, 'string into Go struct field ChatRequest.stream of type bool'],
      [{ tools: {} }, 'object into Go struct field ChatRequest.tools of type api.Tools'],
      [
        { tools: [{ function: { parameters: 'x' } }] },
        'string into Go struct field ChatRequest.tools.function.parameters of type api.ToolFunctionParameters',
      ],
      [{ top_logprobs: 'x' }, 'string into Go struct field ChatRequest.top_logprobs of type int'],
      [{ truncate: 1 }, 'number into Go struct field ChatRequest.truncate of type bool'],
    ];
    for (const [body, message] of refused) {
      assert.throws(() => decodeChat(bodyFields(JSON.stringify(body), 'api.ChatRequest')), {
        message: `json: cannot unmarshal ${message}`,
      });
    }
  });

  it('is accepted or refused with a message, for any JSON', () => {
    const keys = fc.constantFrom(
      'model',
      'messages',
      'role',
      'content',
      'images',
      'tool_calls',
      'function',
      'arguments',
      'tools',
      'options',
      'stop',
      'think',
      'format',
      'keep_alive',
      'stream',
    );
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 0 }) as fc.Arbitrary<Json>,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(keys, tree, { maxKeys: 8 }), (body) => {
        try {
          const action = actionOf(body);
          if (action.type === 'answer') assert.ok(action.request.messages.length > 0);
        } catch (error) {
          assert.ok(error instanceof ChatError && error.kind === 'badRequest' && error.message !== '');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a tool result in /api/chat', () => {
  const turn = (...calls: Json[]): Json => ({ role: 'assistant', content: ' ', tool_calls: calls });
  const result = (content: string, more: object = {}): Json => ({ role: 'tool', content, ...more });

  it('is matched to its call by id, in any order', () => {
    const messages = messagesOf([
      ...HI,
      turn(call('f', 'a'), call('f', 'b')),
      result('B', { tool_call_id: 'b' }),
      result('A', { tool_call_id: 'a' }),
    ]);
    assert.deepEqual(messages[1], {
      role: 'assistant',
      content: [
        { type: 'toolCall', call: { id: 'a', name: 'f', arguments: { of: 'f' } } },
        { type: 'toolCall', call: { id: 'b', name: 'f', arguments: { of: 'f' } } },
      ],
    });
    assert.deepEqual(results(messages), [undefined, 'b=B', 'a=A']);
  });

  it('is matched by the tool’s name if the id does not match', () => {
    const messages = messagesOf([
      turn(call('f'), call('g'), call('f')),
      result('G', { tool_name: 'g' }),
      result('F1', { tool_name: 'f' }),
      result('F2', { tool_name: 'f', tool_call_id: 'lost' }),
    ]);
    assert.deepEqual(results(messages), ['call_00000002=G', 'call_00000001=F1', 'call_00000003=F2']);
  });

  it('is matched by "name" as by "tool_name"', () => {
    const messages = messagesOf([
      turn(call('f'), call('g')),
      result('G', { name: 'g' }),
      { role: 'function', name: 'f', content: 'F' },
    ]);
    assert.deepEqual(results(messages), ['call_00000002=G', 'call_00000001=F']);
  });

  it('is matched by order if it has no name and the calls have no ids', () => {
    const messages = messagesOf([
      turn(call('f'), call('g'), call('h')),
      result('1'),
      result('2', { tool_call_id: 'x' }),
    ]);
    assert.deepEqual(results(messages), ['call_00000001=1', 'call_00000002=2']);
  });

  it('becomes text that is marked as a result if no call matches', () => {
    const orphans: Json[][] = [
      [result('x')],
      [turn(call('f', 'a')), result('1', { tool_call_id: 'a' }), result('x')],
      [turn(call('f', 'a')), result('x', { tool_call_id: 'other' })],
      [turn(call('f')), ...HI, { role: 'assistant', content: 'ok' }, result('x')],
    ];
    for (const messages of orphans) {
      assert.deepEqual(messagesOf(messages).at(-1), user('<tool_result>\nx\n</tool_result>'));
    }
  });

  it('may follow a user message, and belong to any message of the assistant’s turn', () => {
    const messages = messagesOf([
      turn(call('f', 'a')),
      turn(call('g', 'b')),
      ...HI,
      result('B', { tool_call_id: 'b' }),
      result('A'),
    ]);
    assert.deepEqual(results(messages), [undefined, 'b=B', 'a=A']);
  });

  it('is matched correctly when a client uses an id twice', () => {
    const round = [turn(call('f', 'same')), result('1', { tool_call_id: 'same' })];
    assert.deepEqual(results(messagesOf([...round, ...round])), ['same=1', 'call_00000002=1']);
  });

  it('keeps its images', () => {
    const messages = messagesOf([turn(call('f')), result('see', { images: [PNG] })]);
    assert.deepEqual(results(messages), ['call_00000001=image+see']);
  });

  it('belongs to exactly one call with a unique id, in any conversation', () => {
    const ids = fc.constantFrom('', 'a', 'b', 'c');
    const message = fc.oneof(
      fc.record({
        role: fc.constant('assistant'),
        tool_calls: fc.array(
          ids.map((id) => call('f', id)),
          { maxLength: 3 },
        ),
      }),
      fc.record({
        role: fc.constant('tool'),
        content: fc.string({ minLength: 1 }),
        tool_call_id: ids,
        tool_name: fc.constantFrom('', 'f', 'g'),
      }),
      fc.constant(HI[0]!),
    );
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (conversation) => {
        const messages = messagesOf(conversation);
        const calls: string[] = [];
        const answered: string[] = [];
        for (const { content } of messages) {
          for (const part of content) {
            if (part.type === 'toolCall') calls.push(part.call.id);
            if (part.type === 'toolResult') {
              assert.ok(calls.includes(part.callId));
              answered.push(part.callId);
            }
          }
        }
        assert.equal(new Set(calls).size, calls.length);
        assert.equal(new Set(answered).size, answered.length);
        // With one more message, the conversation begins with the same translation.
        const longer = messagesOf([...conversation, { role: 'user', content: 'more' }]);
        const unchanged = messages.filter((each) =>
          each.content.some((part) => part.type !== 'text' || part.text !== ''),
        );
        assert.deepEqual(longer.slice(0, unchanged.length), unchanged);
      }),
      { numRuns: 1_000 },
    );
  });
});
