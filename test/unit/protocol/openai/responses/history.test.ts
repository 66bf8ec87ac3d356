/** Random conversations of `/v1/responses`: nothing that the client sends is lost. */
import { bodyFields } from '../../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent, ChatMessage, ToolCall } from '../../../../../src/core/chat.js';
import { type Json, jsonText, parseJson } from '../../../../../src/core/json.js';
import { responsesReply } from '../../../../../src/protocol/openai/responses/reply.js';
import { decodeResponses, translateResponses } from '../../../../../src/protocol/openai/responses/request.js';
import { CONTEXT, DONE } from '../answers.js';
import { type Body, ENTRY, PNG, responseRequestOf, responsesBodyOf } from '../requests.js';

const NUM_RUNS = process.env['SOAK'] === undefined ? 1_000 : 20_000;
const PNG_URL = `data:image/png;base64,${PNG}`;

/** A part of an input. Each `mark` in it is a text that must reach the model. */
type Sketch = (mark: () => string) => Json;

const file =
  (type: string): Sketch =>
  (mark) => ({
    type: 'input_file',
    filename: mark(),
    file_data: `data:${type};base64,${Buffer.from(mark()).toString('base64')}`,
  });
const text =
  (type: string): Sketch =>
  (mark) => ({ type, text: mark() });
const parts: readonly Sketch[] = [
  text('input_text'),
  file('text/csv'),
  file('application/json'),
  () => ({ type: 'input_image', image_url: PNG_URL }),
];
const partList = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 }).map(
  (list): Sketch =>
    (mark) =>
      list.map((part) => part(mark)),
);
const content = fc.oneof(
  fc.constant<Sketch>((mark) => mark()),
  partList,
);
/** Data of a tool that is not a list of parts. */
const data = fc.constantFrom<Sketch>(
  (mark) => ({ content: mark(), success: true }),
  (mark) => [{ type: 'file', name: mark() }],
  (mark) => [mark(), 1],
);
const ids = fc.constantFrom('a', 'b', 'c', '');

const messages = fc
  .record({ role: fc.constantFrom('user', 'developer', 'system'), content, typed: fc.boolean() })
  .map(({ role, content: sketch, typed }): Sketch => (mark) => {
    const value = role === 'user' ? sketch(mark) : mark();
    return { ...(typed ? { type: 'message' } : {}), role, content: value };
  });
const answers = fc.constantFrom('output_text', 'refusal').map((type): Sketch => (mark) => ({
  role: 'assistant',
  content: [type === 'refusal' ? { type, refusal: mark() } : { type, text: mark() }],
}));
const calls = fc
  .record({ call_id: ids, kind: fc.constantFrom('function', 'custom', 'search', 'local', 'shell', 'patch') })
  .map(({ call_id, kind }): Sketch => (mark) => {
    switch (kind) {
      case 'function':
        return { type: 'function_call', call_id, name: mark(), arguments: JSON.stringify({ q: mark() }) };
      case 'custom':
        return { type: 'custom_tool_call', call_id, name: 'patch', namespace: mark(), input: mark() };
      case 'search':
        return { type: 'tool_search_call', call_id, execution: 'client', arguments: { query: mark() } };
      case 'local':
        return {
          type: 'local_shell_call',
          call_id,
          action: { type: 'exec', command: [mark()], env: { A: mark() } },
        };
      case 'shell':
        return { type: 'shell_call', call_id, action: { commands: [mark()] } };
      case 'patch':
        return {
          type: 'apply_patch_call',
          call_id,
          operation: { type: 'create_file', path: mark(), diff: mark() },
        };
    }
  });
const outputs = fc
  .record({
    call_id: ids,
    type: fc.constantFrom(
      'function_call_output',
      'custom_tool_call_output',
      'local_shell_call_output',
      'shell_call_output',
      'apply_patch_call_output',
    ),
    output: fc.oneof(content, data),
  })
  .map(({ call_id, type, output }): Sketch => (mark) => ({ type, call_id, output: output(mark) }));
const foundTools = ids.map((call_id): Sketch => (mark) => ({
  type: 'tool_search_output',
  call_id,
  execution: 'client',
  tools: [
    { type: 'function', name: mark(), description: mark(), parameters: { type: 'object', title: mark() } },
    { type: 'namespace', name: mark(), description: mark(), tools: [{ type: 'function', name: mark() }] },
  ],
}));
const hosted = fc.constantFrom<Sketch>(
  (mark) => ({ type: 'web_search_call', id: 'w', action: { type: 'search', query: mark() } }),
  (mark) => ({ type: 'file_search_call', id: 'f', queries: [mark()], results: [{ text: mark() }] }),
  (mark) => ({
    type: 'code_interpreter_call',
    id: 'i',
    code: mark(),
    outputs: [{ type: 'logs', logs: mark() }],
  }),
  (mark) => ({
    type: 'mcp_call',
    id: 'm',
    server_label: 's',
    name: mark(),
    arguments: mark(),
    output: mark(),
  }),
  (mark) => ({ type: 'mcp_call', id: 'm', server_label: mark(), name: 'n', arguments: '{}', error: mark() }),
  (mark) => ({
    type: 'mcp_approval_request',
    id: 'r',
    server_label: mark(),
    name: mark(),
    arguments: mark(),
  }),
  (mark) => ({ type: 'mcp_approval_response', approval_request_id: 'r', approve: false, reason: mark() }),
  (mark) => ({ type: 'computer_call', call_id: 'p', action: { type: 'type', text: mark() } }),
  (mark) => ({ type: 'program', call_id: 'g', code: mark() }),
  (mark) => ({ type: 'program_output', call_id: 'g', result: mark() }),
  (mark) => ({
    type: 'agent_message',
    author: mark(),
    recipient: 'x',
    content: [{ type: 'input_text', text: mark() }],
  }),
);
/** Items that hold nothing that Claude can read. */
const silent = fc.constantFrom<Sketch>(
  () => ({ type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' }),
  () => ({ type: 'item_reference', id: 'unknown' }),
  () => ({ type: 'ghost_snapshot', ghost_commit: {} }),
);
const histories = fc.array(fc.oneof(messages, answers, calls, outputs, foundTools, hosted, silent), {
  maxLength: 12,
});

const count = (where: string, what: string): number => where.split(what).length - 1;

describe('a random history of /v1/responses', () => {
  it('reaches the model without loss', () => {
    fc.assert(
      fc.property(histories, (sketches) => {
        let next = 0;
        const marks: string[] = [];
        const mark = (): string => {
          next += 1;
          marks.push(`mark${next}x`);
          return `mark${next}x`;
        };
        const input = sketches.map((sketch) => sketch(mark));
        const request = responseRequestOf({ input });
        const received = JSON.stringify(request);
        for (const expected of marks) assert.ok(received.includes(expected), `${expected} is lost`);
        assert.equal(count(received, PNG), count(JSON.stringify(input), PNG), 'an image is lost');
      }),
      { numRuns: NUM_RUNS },
    );
  });
});

const TOOLS: Json = [
  { type: 'function', name: 'read' },
  { type: 'custom', name: 'write' },
  {
    type: 'namespace',
    name: 'agents',
    tools: [
      { type: 'function', name: 'read' },
      { type: 'custom', name: 'write' },
    ],
  },
  { type: 'tool_search', execution: 'client' },
  { type: 'local_shell' },
  { type: 'shell' },
  { type: 'apply_patch' },
];
const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const someCalls = fc.uniqueArray(
  fc.oneof(
    fc.record({
      name: fc.constantFrom('read', 'agents__read', 'tool_search'),
      arguments: fc.record({ q: anyText }),
    }),
    fc.record({ name: fc.constantFrom('write', 'agents__write'), arguments: fc.record({ input: anyText }) }),
    fc.record({ name: fc.constant('local_shell'), arguments: fc.record({ command: fc.array(anyText) }) }),
    fc.record({ name: fc.constant('shell'), arguments: fc.record({ commands: fc.array(anyText) }) }),
    fc.record({
      name: fc.constant('apply_patch'),
      arguments: fc.record({ type: fc.constant('create_file'), path: anyText, diff: anyText }),
    }),
  ),
  { maxLength: 6, selector: (call) => JSON.stringify(call) },
);

describe('a tool call of /v1/responses', () => {
  it('keeps all digits of long integers', () => {
    const args = { id: 1234567890123456789n };
    const { toolTable } = responsesBodyOf({ tools: TOOLS });
    const events = ['read', 'tool_search'].map((name, index): ChatEvent => ({
      type: 'toolCall',
      call: { id: `toolu_${index}`, name, arguments: args },
    }));
    const context = { ...CONTEXT, echo: {}, toolTable, now: () => 7 };
    const { output } = parseJson(responsesReply([...events, DONE], context)) as { output: readonly Json[] };
    const outputs = ['toolu_0', 'toolu_1'].map((call_id) => ({
      type: 'function_call_output',
      call_id,
      output: { id: 1234567890123456789n },
    }));
    const sent = jsonText({ model: 'x', input: [...output, ...outputs] });
    const received = jsonText(
      translateResponses(decodeResponses(bodyFields(sent, 'openai.ResponsesRequest')), ENTRY).messages,
    );
    // Twice as an argument, and twice within the JSON text of a result.
    assert.equal(count(received, '1234567890123456789'), 4);
  });

  it('is the same call when the client sends it back', () => {
    fc.assert(
      fc.property(someCalls, (sketches) => {
        const { toolTable } = responsesBodyOf({ tools: TOOLS });
        const sent = sketches.map((call, index): ToolCall => ({ ...call, id: `toolu_${index}` }));
        const events = [...sent.map((call): ChatEvent => ({ type: 'toolCall', call })), DONE];
        const context = { ...CONTEXT, echo: {}, toolTable, now: () => 7 };
        const { output } = JSON.parse(responsesReply(events, context)) as { output: Body[] };
        assert.equal(output.length, sent.length);
        for (const { name = '' } of output) assert.ok(typeof name === 'string' && !name.includes('__'));
        const input = [{ role: 'user', content: 'hi' }, ...output];
        const { messages: received } = responseRequestOf({ input, tools: TOOLS });
        const callsOf = ({ content: found }: ChatMessage): unknown[] =>
          found.flatMap((part) => (part.type === 'toolCall' ? [part.call] : []));
        assert.deepEqual(
          JSON.parse(JSON.stringify(received.flatMap(callsOf))),
          JSON.parse(JSON.stringify(sent)),
        );
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
