import assert from 'node:assert/strict';
import type { ChatMessage } from '../../../../src/core/chat.js';
import { type Conversation, toConversation } from '../../../../src/core/conversation.js';
import { ChatError } from '../../../../src/core/errors.js';
import type { Json, JsonObject } from '../../../../src/core/json.js';
import { readEntries, systemText, type WireMessage } from '../../../../src/protocol/anthropic/messages.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = 'JVBERi0xLjQK';
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
const IMAGE_PART = { type: 'image', mediaType: 'image/png', data: PNG };

const text = (words: string): { type: 'text'; text: string } => ({ type: 'text', text: words });
const conversationOf = (system: Json | undefined, wire: readonly WireMessage[]): Conversation =>
  toConversation(readEntries(wire), { first: systemText(system) });
const messagesOf = (...wire: readonly WireMessage[]): readonly ChatMessage[] =>
  conversationOf(undefined, wire).messages;

/** The parts of a user message with this one block. */
function userParts(block: JsonObject): unknown {
  const [message, ...others] = messagesOf({ role: 'user', content: [block] });
  assert.equal(message?.role, 'user');
  assert.deepEqual(others, []);
  return message.content;
}

/** The content of the result of a tool. */
function resultOf(content: Json): unknown {
  const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} };
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content };
  const last = messagesOf(
    { role: 'user', content: 'q' },
    { role: 'assistant', content: [call] },
    { role: 'user', content: [result] },
  ).at(-1);
  const [part, ...others] = last?.content ?? [];
  assert.deepEqual(others, []);
  assert.equal(part?.type, 'toolResult');
  return part.content;
}

/** The text of an answer with these blocks in a history. */
function answerText(...content: readonly JsonObject[]): string {
  const [answer] = messagesOf({ role: 'assistant', content }, { role: 'user', content: 'more' });
  assert.equal(answer?.role, 'assistant');
  return answer.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

const isBadRequest =
  (message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof ChatError && error.kind === 'badRequest' && message.test(error.message);

describe('a content block of /v1/messages', () => {
  const document = (source: JsonObject, more: JsonObject = {}): JsonObject => ({
    type: 'document',
    source,
    ...more,
  });
  const found = (more: JsonObject): JsonObject => ({
    type: 'search_result',
    source: 'https://example.test',
    title: 'Title',
    content: [text('one'), text('two')],
    citations: { enabled: true },
    ...more,
  });

  const BLOCKS: readonly (readonly [what: string, block: JsonObject, part: unknown])[] = [
    [
      'a text document',
      document({ type: 'text', media_type: 'text/plain', data: 'of a file' }),
      { type: 'document', source: { type: 'text', text: 'of a file' } },
    ],
    [
      'a document with title and context',
      document({ type: 'text', data: 'x' }, { title: 'T', context: 'C' }),
      { type: 'document', source: { type: 'text', text: 'x' }, title: 'T', context: 'C' },
    ],
    [
      'a PDF',
      document({ type: 'base64', media_type: 'application/pdf', data: PDF }),
      { type: 'document', source: { type: 'pdf', data: PDF } },
    ],
    [
      'a text document in base64',
      document({ type: 'base64', media_type: 'text/markdown', data: 'IyBHcsO8w59l' }),
      { type: 'document', source: { type: 'text', text: '# Grüße' } },
    ],
    [
      'a PDF as a data URL, with an odd media type',
      document({ type: 'base64', media_type: 'x', data: `data:application/pdf;base64,${PDF}` }),
      { type: 'document', source: { type: 'pdf', data: PDF } },
    ],
    [
      'a document in chunks, with an image among them',
      document({ type: 'content', content: [text('one'), IMAGE, text('two')] }),
      {
        type: 'document',
        source: { type: 'parts', parts: [text('one'), IMAGE_PART, text('two')] },
      },
    ],
    [
      'a document whose content is a string',
      document({ type: 'content', content: 'whole' }),
      { type: 'document', source: { type: 'parts', parts: [text('whole')] } },
    ],
    [
      'an empty document',
      document({ type: 'text', data: ' ' }, { title: 'T', context: 'C' }),
      text('[An empty document]\nT\nC'),
    ],
    [
      'a search result',
      found({}),
      {
        type: 'searchResult',
        source: 'https://example.test',
        title: 'Title',
        content: [text('one'), text('two')],
      },
    ],
    [
      'a search result without text',
      found({ content: [] }),
      text('[Search result]\nTitle\nhttps://example.test'),
    ],
    [
      'a search result without a title',
      found({ title: '' }),
      text('[Search result]\nhttps://example.test\none\ntwo'),
    ],
    ['an image', IMAGE, IMAGE_PART],
    [
      'a reference to a tool',
      { type: 'tool_reference', tool_name: 'lookup' },
      text('The tool lookup is available now.'),
    ],
    [
      'the state of a browser',
      { type: 'browser_state', tabs: [{ title: 'Home', active: true }], cache_control: null },
      text('\n[State of the browser: {"type":"browser_state","tabs":[{"title":"Home","active":true}]}]\n'),
    ],
    ['text that is not a string', { type: 'text', text: 5 }, text('5')],
  ];
  for (const [what, block, part] of BLOCKS) {
    it(`reaches the model in a message and in a result: ${what}`, () => {
      assert.deepEqual(userParts(block), [part]);
      assert.deepEqual(resultOf([block]), [part]);
    });
  }

  it('keeps its place among the others', () => {
    const blocks = [text('a'), IMAGE, found({}), text('b'), document({ type: 'text', data: 'c' }), text('d')];
    const types = ['text', 'image', 'searchResult', 'text', 'document', 'text'];
    const [message] = messagesOf({ role: 'user', content: blocks });
    assert.deepEqual(
      message?.content.map(({ type }) => type),
      types,
    );
    assert.deepEqual(
      (resultOf(blocks) as { type: string }[]).map(({ type }) => type),
      types,
    );
  });

  it('may stand alone as the result of a tool, which may also be any other JSON', () => {
    assert.deepEqual(resultOf(text('x')), [text('x')]);
    assert.deepEqual(resultOf({ temperature: 5 }), [text('{"temperature":5}')]);
    assert.deepEqual(resultOf(5), [text('5')]);
    assert.deepEqual(resultOf(null), []);
  });

  it('is refused if Claude cannot read it', () => {
    const refused: readonly (readonly [JsonObject, RegExp])[] = [
      [document({ type: 'url', url: 'https://example.test' }), /"url"/],
      [document({ type: 'file', file_id: 'f' }), /"file"/],
      [document({ type: 'base64', media_type: 'application/zip', data: 'UEsDBP//' }), /application\/zip/],
      [document({ type: 'content', content: [found({})] }), /"search_result"/],
      [found({ content: [IMAGE] }), /"image"/],
      [{ type: 'image', source: { type: 'url', url: 'https://example.test' } }, /source type: url/],
      [{ type: 'container_upload', file_id: 'f' }, /"container_upload"/],
      [{ type: 'from the future' }, /"from the future"/],
      [{}, /""/],
    ];
    for (const [block, message] of refused) {
      assert.throws(() => userParts(block), isBadRequest(message));
      assert.throws(() => resultOf([block]), isBadRequest(message));
    }
    assert.throws(() => conversationOf([IMAGE], [{ role: 'user', content: 'x' }]), isBadRequest(/"image"/));
  });
});

describe('an answer of Anthropic in a history', () => {
  const use = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'rain' } };

  it('keeps the calls of server tools and their results as marked text, in order', () => {
    const result = {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: [
        {
          type: 'web_search_result',
          title: 'Weather',
          url: 'https://example.test',
          encrypted_content: 'OPAQUE',
        },
      ],
    };
    assert.equal(
      answerText(text('I search.'), use, result, text('It rains.')),
      'I search.' +
        '\n[Earlier call of the tool web_search with {"query":"rain"}]\n' +
        '\n[Result of the earlier call of the tool web_search: ' +
        '[{"type":"web_search_result","title":"Weather","url":"https://example.test"}]]\n' +
        'It rains.',
    );
  });

  it('keeps the texts of every kind of result', () => {
    const results: readonly (readonly [JsonObject, RegExp])[] = [
      [
        { type: 'mcp_tool_result', is_error: true, content: [text('no'), text('way')] },
        /mcp, which failed: no\nway\]/,
      ],
      [{ type: 'mcp_tool_result', content: 'plain' }, /mcp: plain\]/],
      [
        {
          type: 'code_execution_tool_result',
          content: {
            type: 'code_execution_result',
            stdout: 'OUT',
            stderr: 'ERR',
            return_code: 3,
            content: [],
          },
        },
        /code_execution: .*"stdout":"OUT","stderr":"ERR","return_code":3/,
      ],
      [
        {
          type: 'bash_code_execution_tool_result',
          content: { type: 'bash_code_execution_result', stdout: 'OUT' },
        },
        /bash_code_execution: .*"OUT"/,
      ],
      [
        {
          type: 'web_fetch_tool_result',
          content: {
            type: 'web_fetch_result',
            url: 'https://example.test',
            content: { type: 'document', title: 'Page', source: { type: 'text', data: 'BODY' } },
          },
        },
        /web_fetch: .*"https:\/\/example.test".*"Page".*"BODY"/,
      ],
      [
        {
          type: 'tool_search_tool_result',
          content: { tool_references: [{ type: 'tool_reference', tool_name: 'lookup' }] },
        },
        /tool_search: .*"lookup"/,
      ],
      [
        { type: 'mcp_tool_use', name: 'find', server_name: 'books', input: { a: 1 } },
        /find of the MCP server books with \{"a":1\}/,
      ],
      [{ type: 'compaction', content: 'We agreed.' }, /Summary of the earlier conversation: We agreed\./],
    ];
    for (const [block, expected] of results) assert.match(answerText(block), expected);
  });

  it('leaves out thinking and marks that mean nothing to the model', () => {
    const left = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'fallback', from: {}, to: {} },
      { type: 'mcp_tool_listing', mcp_server_name: 's', tools: [] },
      { type: 'compaction', content: null },
    ];
    assert.equal(answerText(...left, text('Hi.')), 'Hi.');
  });

  it('may hold a result, and a user message may hold a call', () => {
    const call = { type: 'tool_use', id: 'a', name: 'f', input: null };
    const result = { type: 'tool_result', tool_use_id: 'a', content: 'done' };
    const expected = [
      { role: 'user', content: [text('q')] },
      { role: 'assistant', content: [{ type: 'toolCall', call: { id: 'a', name: 'f', arguments: {} } }] },
      {
        role: 'user',
        content: [{ type: 'toolResult', callId: 'a', content: [text('done')], isError: false }],
      },
    ];
    assert.deepEqual(messagesOf({ role: 'user', content: [text('q'), call, result] }), expected);
    assert.deepEqual(
      messagesOf({ role: 'user', content: 'q' }, { role: 'assistant', content: [call, result] }),
      expected,
    );
  });
});

describe('the system prompt of /v1/messages', () => {
  it("leaves out the block by which Claude Code tells Anthropic's servers its version", () => {
    const header = text('x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli;');
    const question: WireMessage = { role: 'user', content: 'q' };
    assert.equal(conversationOf([header, text('Be '), text('brief.')], [question]).system, 'Be brief.');
    const more = text(`${header.text}\nBe brief.`);
    assert.equal(conversationOf([more], [question]).system, more.text);
  });

  it('keeps its blocks apart, unless they have white space between them', () => {
    const question: WireMessage = { role: 'user', content: 'q' };
    for (const [texts, expected] of [
      [['This is the end.', 'Next'], 'This is the end.\n\nNext'],
      [['Be ', 'brief.'], 'Be brief.'],
      [['One.\n', 'Two.', '\nThree.', '', 'Four.'], 'One.\nTwo.\nThree.\n\nFour.'],
      [['', 'Only.', ''], 'Only.'],
      [[' ', 'a'], ' a'],
    ] as const) {
      assert.equal(conversationOf(texts.map(text), [question]).system, expected);
      const later: WireMessage = { role: 'system', content: texts.map(text) };
      assert.ok(
        JSON.stringify(conversationOf('', [question, later])).includes(JSON.stringify(expected).slice(1, -1)),
      );
    }
  });
});

describe('a system message of /v1/messages', () => {
  it('is not shown after the next user message if the client says so', () => {
    const reminder: WireMessage = { role: 'system', content: 'REMINDER', clearAt: 'next_user_message' };
    const question: WireMessage = { role: 'user', content: 'q' };
    assert.match(JSON.stringify(conversationOf('', [question, reminder])), /REMINDER/);
    assert.doesNotMatch(JSON.stringify(conversationOf('', [question, reminder, question])), /REMINDER/);
  });
});
