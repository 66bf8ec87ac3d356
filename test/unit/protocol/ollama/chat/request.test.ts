import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Model } from '../../../../../src/core/backend.js';
import type { CatalogEntry } from '../../../../../src/core/catalog.js';
import type { ChatMessage, ChatRequest } from '../../../../../src/core/chat.js';
import { ChatError } from '../../../../../src/core/errors.js';
import type { Json } from '../../../../../src/core/json.js';
import { OllamaStatusError } from '../../../../../src/protocol/ollama/errors.js';
import {
  type ChatOrLoad,
  decodeChat,
  decodeShow,
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
const PLAIN: CatalogEntry = { ...ENTRY, model: { ...MODEL, thinking: false } };
const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
const HI = [{ role: 'user', content: 'hi' }];

function wish(body: Json, entry = ENTRY): ChatOrLoad {
  return translateChat(decodeChat(JSON.stringify(body)), entry);
}

function requestOf(body: { readonly [key: string]: Json }, entry = ENTRY): ChatRequest {
  const found = wish({ model: 'x', ...body }, entry);
  assert.ok(found.type === 'answer');
  return found.request;
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
          part.type === 'toolResult' ? `${part.callId}=${part.content}` : undefined,
        ),
  );

describe('a native chat', () => {
  it('becomes a request for the model that its name resolved to', () => {
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

  it('gathers system and developer messages, wherever they stand', () => {
    const request = requestOf({
      messages: [
        { role: 'system', content: 'One.' },
        ...HI,
        { role: 'DEVELOPER', content: 'Two.' },
        { role: 'system', content: '' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'system', content: 'Three.' },
      ],
    });
    assert.equal(request.system, 'One.\n\nTwo.\n\nThree.');
    assert.deepEqual(
      request.messages.map((message) => message.role),
      ['user', 'assistant'],
    );
  });

  it('keeps every character of what was said', () => {
    const texts = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(texts, (said) => {
        const messages = messagesOf(said.map((content) => ({ role: 'user', content })));
        assert.deepEqual(messages, said.map(user));
      }),
      { numRuns: 100 },
    );
  });

  it('takes images beside the text or alone, and knows their kind', () => {
    const image = { type: 'image', mediaType: 'image/png', data: PNG };
    assert.deepEqual(messagesOf([{ role: 'user', content: 'see', images: [PNG, PNG] }]), [
      { role: 'user', content: [image, image, { type: 'text', text: 'see' }] },
    ]);
    assert.deepEqual(messagesOf([...HI, { role: 'user', content: '', images: [PNG] }])[1], {
      role: 'user',
      content: [image],
    });
  });

  it('leaves messages out that say nothing, but never all of them', () => {
    const silent = [{ role: 'user', content: '' }, {}, null, { role: 'assistant', content: ' \n' }];
    assert.deepEqual(messagesOf([...silent, ...HI, ...silent]), [user('hi')]);
    assert.deepEqual(messagesOf(silent), [user('')]);
    assert.deepEqual(messagesOf([{ role: 'system', content: 'Be.' }]), [user('')]);
  });

  it('takes an unknown role for the user', () => {
    assert.deepEqual(messagesOf([{ role: 'ghost', content: 'boo' }]), [user('boo')]);
  });

  it('keeps a tool’s schema as it is, and gives a tool without one an empty one', () => {
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

  it('takes stop and num_predict, and nothing else of the options', () => {
    const options = { stop: ['END', ''], num_predict: 5.9, temperature: 0, _private: {} };
    const request = requestOf({ messages: HI, options });
    assert.deepEqual(request.stop, ['END']);
    assert.equal(request.maxTokens, 5);
    for (const limit of [-1, -2, 0, null]) {
      assert.equal('maxTokens' in requestOf({ messages: HI, options: { num_predict: limit } }), false);
    }
  });

  it('takes a format', () => {
    assert.deepEqual(requestOf({ messages: HI, format: 'json' }).format, { type: 'json' });
    assert.deepEqual(requestOf({ messages: HI, format: { type: 'object' } }).format, {
      type: 'schema',
      schema: { type: 'object' },
    });
    for (const format of [5, true, ['json'], 'JSON']) {
      assert.throws(() => requestOf({ messages: HI, format }), OllamaStatusError);
    }
  });

  it('shows thinking unless it is told not to, with the effort where the model has it', () => {
    const thinking = (think: Json, entry = ENTRY): unknown =>
      requestOf({ messages: HI, think }, entry).thinking;
    assert.deepEqual(thinking(null), { show: true });
    assert.deepEqual(thinking(true), { show: true });
    assert.deepEqual(thinking(false), { show: false });
    assert.deepEqual(thinking('high'), { show: true, effort: 'high' });
    assert.deepEqual(thinking('max'), { show: true });
    assert.deepEqual(thinking(null, PLAIN), { show: false });
    assert.deepEqual(thinking(false, PLAIN), { show: false });
  });

  it('lets the error win that Ollama finds first', () => {
    const errorOf = (body: Json, entry = PLAIN): string => {
      try {
        return wish(body, entry).type;
      } catch (error) {
        assert.ok(error instanceof ChatError);
        return error.message;
      }
    };
    const wrong = { think: true, options: { seed: 'x' }, format: 'yaml' };
    assert.match(errorOf({ ...wrong, top_logprobs: 21, keep_alive: 'x' }), /^time: /);
    assert.match(errorOf({ ...wrong, top_logprobs: 21 }), /^top_logprobs/);
    assert.equal(errorOf({ ...wrong, keep_alive: 0 }), 'unload');
    assert.match(errorOf(wrong), /does not support thinking/);
    assert.match(errorOf({ ...wrong, think: false }), /^option "seed"/);
    assert.equal(errorOf({ format: 'yaml' }), 'load');
    assert.match(errorOf({ format: 'yaml', messages: HI }), /^invalid format/);
  });

  it('is refused with Go’s words for a wrong type at any depth', () => {
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
    for (const [body, words] of refused) {
      assert.throws(() => decodeChat(JSON.stringify(body)), { message: `json: cannot unmarshal ${words}` });
    }
  });

  it('is decoded or refused with a reason, whatever JSON it is', () => {
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
          const found = wish(body);
          if (found.type === 'answer') assert.ok(found.request.messages.length > 0);
        } catch (error) {
          assert.ok(error instanceof ChatError && error.kind === 'badRequest' && error.message !== '');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('tool results', () => {
  const turn = (...calls: Json[]): Json => ({ role: 'assistant', content: ' ', tool_calls: calls });
  const result = (content: string, more: object = {}): Json => ({ role: 'tool', content, ...more });

  it('find their calls by id, whatever their order', () => {
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

  it('else by the tool’s name', () => {
    const messages = messagesOf([
      turn(call('f'), call('g'), call('f')),
      result('G', { tool_name: 'g' }),
      result('F1', { tool_name: 'f' }),
      result('F2', { tool_name: 'f', tool_call_id: 'lost' }),
    ]);
    assert.deepEqual(results(messages), ['call_00000002=G', 'call_00000001=F1', 'call_00000003=F2']);
  });

  it('else by their order, also with an id that the calls came without', () => {
    const messages = messagesOf([
      turn(call('f'), call('g'), call('h')),
      result('1'),
      result('2', { tool_call_id: 'x' }),
    ]);
    assert.deepEqual(results(messages), ['call_00000001=1', 'call_00000002=2']);
  });

  it('are the user’s text when no call is meant', () => {
    const orphans: Json[][] = [
      [result('x')],
      [turn(call('f', 'a')), result('1', { tool_call_id: 'a' }), result('x')],
      [turn(call('f', 'a')), result('x', { tool_call_id: 'other' })],
      [turn(call('f')), result('x', { tool_name: 'other' })],
      [turn(call('f')), ...HI, { role: 'assistant', content: 'ok' }, result('x')],
    ];
    for (const messages of orphans) assert.deepEqual(messagesOf(messages).at(-1), user('x'));
  });

  it('may come after words of the user, and belong to calls of several messages of one turn', () => {
    const messages = messagesOf([
      turn(call('f', 'a')),
      turn(call('g', 'b')),
      ...HI,
      result('B', { tool_call_id: 'b' }),
      result('A'),
    ]);
    assert.deepEqual(results(messages), [undefined, 'b=B', 'a=A']);
  });

  it('keep ids apart that a client uses twice', () => {
    const round = [turn(call('f', 'same')), result('1', { tool_call_id: 'same' })];
    assert.deepEqual(results(messagesOf([...round, ...round])), ['same=1', 'call_00000002=1']);
  });

  it('bring their images', () => {
    const [, answer] = messagesOf([turn(call('f')), result('see', { images: [PNG] })]);
    assert.deepEqual(
      answer?.content.map((part) => part.type),
      ['toolResult', 'image'],
    );
  });

  it('belong to one call each, and every id is there once, in any conversation', () => {
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
        // The same conversation, one message longer, begins with the same translation.
        const longer = messagesOf([...conversation, { role: 'user', content: 'more' }]);
        const begin = messages.filter((each) =>
          each.content.some((part) => part.type !== 'text' || part.text !== ''),
        );
        assert.deepEqual(longer.slice(0, begin.length), begin);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a question about a model', () => {
  it('names it in one of two fields', () => {
    assert.equal(decodeShow('{"model":"a","name":"b"}'), 'a');
    assert.equal(decodeShow('{"Name":"b","verbose":false}'), 'b');
    assert.equal(decodeShow('null'), '');
    assert.throws(() => decodeShow('{"model":1}'), {
      message: 'json: cannot unmarshal number into Go struct field ShowRequest.model of type string',
    });
  });
});
