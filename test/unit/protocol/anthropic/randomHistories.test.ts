/** Random histories of /v1/messages: whatever a client sends reaches the model, or the request is refused. */
import { bodyFields } from '../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toTurns } from '../../../../src/claude/conversation/transcript.js';
import { ChatError } from '../../../../src/core/errors.js';
import type { Json, JsonObject } from '../../../../src/core/json.js';
import { decodeMessages } from '../../../../src/protocol/anthropic/request.js';
import { chatRequestOf } from './chatRequest.js';

/** Strings of a template that become unique content, which must be found in the request to the model. */
const MARK = 'MARK';
const BASE64_TEXT = 'BASE64_TEXT';
const PDF = 'PDF';
const PNG = 'PNG';

const base64 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('base64');

const CONTENT: Readonly<
  Record<string, (number: number) => { readonly sent: string; readonly seen: string }>
> = {
  [MARK]: (number) => ({ sent: `«${number}»`, seen: `«${number}»` }),
  [BASE64_TEXT]: (number) => ({
    sent: Buffer.from(`«${number}»`).toString('base64'),
    seen: `«${number}»`,
  }),
  [PDF]: (number) => ({ sent: base64(`%PDF-1.4 ${number}`), seen: base64(`%PDF-1.4 ${number}`) }),
  [PNG]: (number) => {
    const data = base64(`\x89PNG\r\n\x1a\n${number}`);
    return { sent: data, seen: data };
  },
};

/** Fills a template. @returns also what the model must see */
function fill(template: Json): { readonly body: Json; readonly seen: readonly string[] } {
  const seen: string[] = [];
  const visit = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((item: Json) => visit(item));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, visit(field)]));
    }
    const content = typeof value === 'string' ? CONTENT[value]?.(seen.length) : undefined;
    if (content === undefined) return value;
    seen.push(content.seen);
    return content.sent;
  };
  return { body: visit(template), seen };
}

const text: JsonObject = { type: 'text', text: MARK };
const image: JsonObject = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
const source = fc.constantFrom<JsonObject>(
  { type: 'text', media_type: 'text/plain', data: MARK },
  { type: 'base64', media_type: 'text/plain', data: BASE64_TEXT },
  { type: 'base64', media_type: 'application/pdf', data: PDF },
  { type: 'content', content: MARK },
  { type: 'content', content: [text, image, text] },
  { type: 'content', content: [] },
);
const document: fc.Arbitrary<JsonObject> = fc.record(
  { type: fc.constant('document'), source, title: fc.constant(MARK), context: fc.constant(MARK) },
  { requiredKeys: ['type', 'source'] },
);
const searchResult: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant('search_result'),
  source: fc.constantFrom(MARK, ''),
  title: fc.constantFrom(MARK, ''),
  content: fc.array(fc.constant(text), { maxLength: 2 }),
});

/** Blocks that a message and the result of a tool can hold. */
const content: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>(
    text,
    image,
    { type: 'tool_reference', tool_name: MARK },
    { type: 'browser_state', tabs: [{ title: MARK }] },
  ),
  document,
  searchResult,
);

/** Blocks of Anthropic's servers. */
const ofServers: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>(
    { type: 'thinking', thinking: 'hm', signature: 's' },
    { type: 'server_tool_use', id: 's', name: MARK, input: { query: MARK } },
    { type: 'mcp_tool_use', id: 's', name: MARK, server_name: MARK, input: { a: [MARK] } },
    { type: 'mcp_tool_result', tool_use_id: 's', content: MARK },
    { type: 'mcp_tool_result', tool_use_id: 's', content: [text, text] },
    {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: [{ title: MARK, url: MARK, encrypted_content: 'x' }],
    },
    { type: 'code_execution_tool_result', content: { stdout: MARK, stderr: MARK, content: [] } },
    { type: 'compaction', content: MARK },
  ),
  document.map((page) => ({
    type: 'web_fetch_tool_result',
    content: { type: 'web_fetch_result', url: MARK, content: page },
  })),
);
const REFUSED: readonly JsonObject[] = [
  { type: 'container_upload', file_id: 'f' },
  { type: 'from the future', text: 'x' },
  { type: 'image', source: { type: 'url', url: 'x' } },
  { type: 'document', source: { type: 'file', file_id: 'f' } },
];
const refused = fc.constantFrom(...REFUSED);
const rarely = <T>(often: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: often, weight: 60 }, { arbitrary: rare, weight: 1 });

const callId = fc.constantFrom('a', 'b', 'c', '');
const call: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant('tool_use'),
  id: callId,
  name: fc.constantFrom('f', 'g'),
  input: fc.constantFrom<Json>({ a: MARK }, {}, null, MARK),
});
const result: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant('tool_result'),
  tool_use_id: callId,
  is_error: fc.boolean(),
  content: fc.oneof(
    fc.constantFrom<Json>(MARK, null, { a: MARK }, text),
    fc.array(rarely(content, refused), { maxLength: 4 }),
  ),
});
const blocks = fc.array(rarely(fc.oneof(content, content, call, result, ofServers), refused), {
  maxLength: 5,
});
const message: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({
    role: fc.constantFrom('user', 'assistant'),
    content: fc.oneof(fc.constantFrom<Json>(MARK, null), blocks),
  }),
  fc.record({
    role: fc.constant('system'),
    content: fc.oneof(fc.constant(MARK), fc.array(fc.constant(text), { maxLength: 2 })),
  }),
);
const template: fc.Arbitrary<JsonObject> = fc.record({
  model: fc.constant('m'),
  max_tokens: fc.constant(1),
  system: fc.oneof(fc.constantFrom(MARK, ''), fc.array(fc.constant(text), { maxLength: 3 })),
  messages: fc.array(message, { minLength: 1, maxLength: 8 }),
  tools: fc.array(
    fc.record({
      name: fc.constantFrom('f', 'g'),
      description: fc.constantFrom(MARK),
      input_schema: fc.constant({ type: 'object', properties: { a: { description: MARK } } }),
      input_examples: fc.array(fc.constant({ a: MARK }), { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});

describe('a random history of /v1/messages', () => {
  it('reaches the model with every text, image and document, or is refused', () => {
    fc.assert(
      fc.property(template, (filled) => {
        const { body, seen } = fill(filled);
        const sent = JSON.stringify(body);
        const mustRefuse = REFUSED.some((block) => sent.includes(JSON.stringify(block)));
        let request: string;
        try {
          const { system, messages, tools, toolChoice } = chatRequestOf(
            decodeMessages(bodyFields(sent, 'anthropic.MessagesRequest')),
          );
          request = JSON.stringify([system, toTurns(messages), tools, toolChoice]);
        } catch (thrown) {
          assert.ok(thrown instanceof ChatError, String(thrown));
          assert.equal(thrown.kind, 'badRequest');
          assert.ok(mustRefuse, thrown.message);
          return;
        }
        assert.ok(!mustRefuse, 'a block that cannot reach the model was accepted');
        assert.deepEqual(
          seen.filter((words) => !request.includes(words)),
          [],
        );
      }),
      { numRuns: 1000 },
    );
  });
});
