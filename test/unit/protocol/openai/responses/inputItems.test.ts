import assert from 'node:assert/strict';
import type { ChatMessage } from '../../../../../src/core/chat.js';
import type { Json } from '../../../../../src/core/json.js';
import { badRequestMessage } from '../../badRequestMessage.js';
import {
  type Body,
  callPart,
  IMAGE,
  PNG,
  responseRequestOf,
  responsesBodyOf,
  resultPart,
  user,
} from '../requests.js';

const messagesOf = (input: Json, more: Body = {}): readonly ChatMessage[] =>
  responseRequestOf({ input, ...more }).messages;
const refusalOf = (input: Json): string | undefined => badRequestMessage(() => responsesBodyOf({ input }));
const call = (id: string, name: string, args: Body): object => ({
  role: 'assistant',
  content: [callPart(id, name, args)],
});
const result = (id: string, text: string): object => ({ role: 'user', content: [resultPart(id, text)] });
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

describe('the input items of /v1/responses', () => {
  it('contain calls of custom tools and their results', () => {
    assert.deepEqual(
      messagesOf([
        { type: 'custom_tool_call', call_id: 'c', name: 'apply_patch', input: '*** Begin "Patch"\n' },
        { type: 'custom_tool_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'Done.' }] },
      ]),
      [call('c', 'apply_patch', { input: '*** Begin "Patch"\n' }), result('c', 'Done.')],
    );
  });

  it('contain calls of tools in a namespace, also of one that is no longer offered', () => {
    const input = [
      { type: 'function_call', call_id: 'c', name: 'close', namespace: 'agents', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c', output: 'Done.' },
    ];
    const expected = [call('c', 'agents__close', { a: 1 }), result('c', 'Done.')];
    assert.deepEqual(messagesOf(input), expected);
    const tools = [{ type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'close' }] }];
    assert.deepEqual(messagesOf(input, { tools }), expected);
  });

  it('contain calls of the client’s built-in tools and their results', () => {
    const action = { type: 'exec', command: ['ls'], env: {}, timeout_ms: null, working_directory: '/tmp' };
    const shell = { commands: ['ls'], timeout_ms: null, max_output_length: 10 };
    const output = [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }];
    const operation = { type: 'delete_file', path: 'a' };
    assert.deepEqual(
      messagesOf([
        { type: 'local_shell_call', id: 'l', call_id: '1', status: 'completed', action },
        { type: 'local_shell_call_output', id: 'l', output: 'listed' },
        { type: 'shell_call', call_id: '2', action: shell },
        { type: 'shell_call_output', call_id: '2', output },
        { type: 'apply_patch_call', call_id: '3', status: 'completed', operation },
        { type: 'apply_patch_call_output', call_id: '3', status: 'failed', output: 'No file.' },
        { type: 'tool_search_call', call_id: '4', execution: 'client', arguments: { query: 'x' } },
        { type: 'tool_search_output', call_id: '4', execution: 'client', tools: [] },
      ]),
      [
        call('1', 'local_shell', { command: ['ls'], working_directory: '/tmp' }),
        result('1', 'listed'),
        call('2', 'shell', { commands: ['ls'], max_output_length: 10 }),
        result('2', JSON.stringify(output)),
        call('3', 'apply_patch', operation),
        {
          role: 'user',
          content: [
            {
              type: 'toolResult',
              callId: '3',
              content: [
                { type: 'text', text: 'The call failed.' },
                { type: 'text', text: 'No file.' },
              ],
              isError: false,
            },
          ],
        },
        call('4', 'tool_search', { query: 'x' }),
        result('4', 'No tools were found.'),
      ],
    );
  });

  it('name the tools that a search found as Claude sees them', () => {
    const tools = [
      { type: 'function', name: 'search' },
      { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'close' }] },
    ];
    const [, found] = messagesOf([
      { type: 'tool_search_call', call_id: null, execution: 'server', arguments: { paths: ['agents'] } },
      { type: 'tool_search_output', call_id: null, execution: 'server', tools },
    ]);
    assert.match(JSON.stringify(found), /now available: search, agents__close/);
  });

  it('contain what OpenAI’s servers did as calls and results', () => {
    assert.deepEqual(
      messagesOf([
        { type: 'web_search_call', id: '1', status: 'completed', action: { type: 'search', query: 'q' } },
        { type: 'file_search_call', id: '2', queries: ['q'], results: [{ filename: 'a', text: 'b' }] },
        { type: 'code_interpreter_call', id: '3', code: '1+1', outputs: [{ type: 'logs', logs: '2' }] },
        {
          type: 'mcp_call',
          id: '4',
          server_label: 's',
          name: 'n',
          arguments: '{}',
          output: 'out',
          error: null,
        },
        { type: 'computer_call', id: '5', call_id: '6', action: { type: 'screenshot' } },
        {
          type: 'computer_call_output',
          call_id: '6',
          output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${PNG}` },
        },
        { type: 'image_generation_call', id: '7', revised_prompt: 'A cat.', result: PNG },
      ]),
      [
        call('1', 'web_search', { action: { type: 'search', query: 'q' } }),
        result('1', 'The result is not part of the conversation.'),
        call('2', 'file_search', { queries: ['q'] }),
        result('2', '[{"filename":"a","text":"b"}]'),
        call('3', 'code_interpreter', { code: '1+1' }),
        result('3', '[{"type":"logs","logs":"2"}]'),
        call('4', 's__n', { arguments: '{}' }),
        result('4', 'out'),
        call('6', 'computer', { action: { type: 'screenshot' } }),
        {
          role: 'user',
          content: [{ type: 'toolResult', callId: '6', content: [IMAGE], isError: false }],
        },
        call('7', 'image_generation', { revised_prompt: 'A cat.' }),
        {
          role: 'user',
          content: [{ type: 'toolResult', callId: '7', content: [IMAGE], isError: false }],
        },
      ],
    );
  });

  it('may be messages in the form of chats', () => {
    assert.deepEqual(
      messagesOf([
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'Done.' },
      ]),
      [call('c', 'f', { a: 1 }), result('c', 'Done.')],
    );
  });

  it('may refer to an item; a reference to an item that is not in the input is noted', () => {
    const body: Body = {
      input: [
        { type: 'message', id: 'msg_1', role: 'user', content: 'hi' },
        { type: 'item_reference', id: 'msg_1' },
        { id: 'msg_2' },
      ],
    };
    assert.deepEqual(responseRequestOf(body).messages, [user('hi')]);
    assert.deepEqual(responsesBodyOf(body).notes, [
      'input[2]: item_reference msg_2 skipped, responses are not stored',
    ]);
  });

  it('may include thinking and what Codex keeps for itself, which are left out', () => {
    assert.deepEqual(
      messagesOf([
        user('hi') as unknown as Json,
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'x',
        },
        { type: 'ghost_snapshot', ghost_commit: { id: 'a' } },
      ]),
      [user('hi')],
    );
  });

  it('keep the parts of a result apart and in order', () => {
    const output = [
      { type: 'input_text', text: 'Page 1' },
      { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
      { type: 'input_text', text: 'Page 2' },
    ];
    const [, received] = messagesOf([
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output },
    ]);
    assert.deepEqual(received?.content, [
      {
        type: 'toolResult',
        callId: 'c',
        content: [{ type: 'text', text: 'Page 1' }, IMAGE, { type: 'text', text: 'Page 2' }],
        isError: false,
      },
    ]);
  });

  it('pass on a result that is data of the tool as JSON', () => {
    for (const output of [
      { content: 'DONE', success: true },
      { type: 'file', name: 'a.txt' },
      [{ type: 'file', name: 'a.txt' }],
      [1, 'two'],
      [{ type: 'input_text', text: 'a' }, { status: 'b' }],
      5,
      false,
    ]) {
      const [, received] = messagesOf([
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output },
      ]);
      assert.deepEqual(received?.content, [resultPart('c', JSON.stringify(output))]);
    }
  });

  it('are refused if their content is lost or their type unknown', () => {
    const message = (part: Body): Json => [{ role: 'user', content: [part] }];
    for (const [input, expected] of [
      [[{ type: 'weird' }], /^input\[0\]: unknown input item type: "weird"$/],
      [
        [{ type: 'compaction', encrypted_content: 'x' }],
        /^input\[0\]: this compaction item was not made by this server/,
      ],
      [[{ type: 'compaction_trigger' }], /^compaction input is empty/],
      [message({ type: 'weird' }), /^input\[0\]\.content\[0\]: unknown content type: "weird"$/],
      [message({ type: 'input_audio' }), /^audio input is not supported/],
      [message({ type: 'input_image', file_id: 'f' }), /^input\[0\]\.content\[0\]: file_id is not supported/],
      [message({ type: 'input_image' }), /^input\[0\]\.content\[0\]: image_url is missing$/],
      [message({ type: 'input_image', image_url: 'https://example.com/a.png' }), /image URLs are not/],
    ] as const) {
      assert.match(refusalOf(input) ?? '', expected);
    }
  });
});

describe('an input_file of /v1/responses', () => {
  const PDF = base64('%PDF-1.7\nx');
  const partOf = (file: Body): unknown =>
    messagesOf([{ role: 'user', content: [{ type: 'input_file', ...file }] }])[0]?.content[0];

  it('is a document, whatever its media type', () => {
    for (const data of [PDF, `data:application/pdf;base64,${PDF}`, `data:;base64,${PDF}`]) {
      assert.deepEqual(partOf({ file_data: data, filename: 'a.pdf' }), {
        type: 'document',
        source: { type: 'pdf', data: PDF },
        title: 'a.pdf',
      });
    }
    for (const type of [
      'text/plain',
      'text/csv;charset=utf-8',
      'application/json',
      'application/octet-stream',
    ]) {
      assert.deepEqual(partOf({ file_data: `data:${type};base64,${base64('größe;1\r\n')}` }), {
        type: 'document',
        source: { type: 'text', text: 'größe;1\r\n' },
      });
    }
  });

  it('can be an image', () => {
    assert.deepEqual(partOf({ file_data: `data:image/png;base64,${PNG}` }), IMAGE);
  });

  it('can be empty', () => {
    assert.deepEqual(partOf({ file_data: 'data:text/plain;base64,', filename: 'a.txt' }), {
      type: 'text',
      text: 'The file "a.txt" is empty.',
    });
  });

  it('can be in the result of a tool', () => {
    const document = { type: 'document', source: { type: 'pdf', data: PDF } };
    const [, received] = messagesOf([
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_file', file_data: PDF }] },
    ]);
    assert.deepEqual(received?.content, [
      { type: 'toolResult', callId: 'c', content: [document], isError: false },
    ]);
  });

  it('is refused if the file is elsewhere, or cannot be read', () => {
    for (const [file, expected] of [
      [{ file_id: 'file_1' }, /^file_id "file_1" is not supported: this server fetches no files/],
      [{ file_url: 'https://example.com/a.pdf' }, /^file_url "https:.*" is not supported/],
      [{ filename: 'a.pdf' }, /^file inputs are not currently supported$/],
      [{ file_data: 'no base64!', filename: 'a' }, /^file_data of the file "a" is neither base64 nor a data/],
      [{ file_data: base64(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0xff])) }, /cannot be sent to Claude/],
    ] as const) {
      const input = [{ role: 'user', content: [{ type: 'input_file', ...file }] }];
      assert.match(refusalOf(input) ?? '', expected);
    }
  });
});

describe('a field of /v1/responses that changes the meaning', () => {
  it('is refused by its name', () => {
    for (const [name, value] of [
      ['background', true],
      ['prompt', { id: 'pmpt_1' }],
      ['context_management', [{ type: 'compaction', compact_threshold: 1000 }]],
      ['moderation', { model: 'omni-moderation-latest' }],
    ] as const) {
      assert.match(
        badRequestMessage(() => responsesBodyOf({ [name]: value })) ?? '',
        new RegExp(`^${name} is not`),
      );
    }
    assert.equal(
      badRequestMessage(() => responsesBodyOf({ top_logprobs: 21 })),
      'top_logprobs must be between 0 and 20',
    );
  });

  it('is accepted with the value that has no effect', () => {
    for (const field of [
      { background: false },
      { prompt: null },
      { context_management: [] },
      { moderation: null },
      { store: true },
      { truncation: 'auto' },
      { include: ['reasoning.encrypted_content'] },
    ]) {
      assert.deepEqual(responseRequestOf(field).messages, [user('hi')]);
    }
  });
});
