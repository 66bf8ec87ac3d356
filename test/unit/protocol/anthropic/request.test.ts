import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatError } from '../../../../src/core/errors.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { readConversation } from '../../../../src/protocol/anthropic/messages.js';
import { decodeMessages } from '../../../../src/protocol/anthropic/request.js';

const decode = (more: object): ReturnType<typeof decodeMessages> =>
  decodeMessages(
    JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }], ...more }),
  );

/** Bodies that resemble requests, with any JSON as values. */
const almostRequests = fc.record(
  {
    model: fc.oneof(fc.string(), fc.jsonValue()),
    max_tokens: fc.oneof(fc.integer(), fc.jsonValue()),
    messages: fc.oneof(
      fc.array(
        fc.record(
          {
            role: fc.constantFrom('user', 'assistant', 'system', 'USER', 'ghost'),
            content: fc.oneof(
              fc.string(),
              fc.array(
                fc.record(
                  {
                    type: fc.constantFrom(
                      'text',
                      'image',
                      'tool_use',
                      'tool_result',
                      'thinking',
                      'x',
                      'document',
                    ),
                    text: fc.jsonValue(),
                    id: fc.jsonValue(),
                    name: fc.jsonValue(),
                    input: fc.jsonValue(),
                    content: fc.jsonValue(),
                    source: fc.jsonValue(),
                  },
                  { requiredKeys: ['type'] },
                ),
              ),
              fc.jsonValue(),
            ),
          },
          { requiredKeys: ['role'] },
        ),
      ),
      fc.jsonValue(),
    ),
    system: fc.jsonValue(),
    tools: fc.jsonValue(),
    tool_choice: fc.jsonValue(),
    thinking: fc.jsonValue(),
    output_config: fc.jsonValue(),
    stop_sequences: fc.jsonValue(),
    stream: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

describe('a request of /v1/messages', () => {
  it('is accepted or refused as a bad request, for any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(almostRequests, fc.jsonValue()), (value) => {
        try {
          const { conversation } = decodeMessages(JSON.stringify(value));
          assert.ok(conversation.messages.length > 0);
        } catch (thrown) {
          assert.ok(thrown instanceof ChatError, String(thrown));
          assert.equal(thrown.kind, 'badRequest');
          assert.notEqual(thrown.message, '');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every text and every call, in order', () => {
    const block = fc.oneof(
      fc.record({ type: fc.constant('text'), text: fc.string({ minLength: 1 }) }),
      fc.record({
        type: fc.constant('tool_use'),
        id: fc.string(),
        name: fc.string(),
        input: fc.constant({}),
      }),
    );
    const wire = fc.array(
      fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.array(block, { minLength: 1 }) }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(wire, (messages) => {
        const expected = messages
          .flatMap(({ role, content }) => content.map((part): JsonObject => ({ role, ...part })))
          .filter(({ role, type }) => type === 'text' || role === 'assistant')
          .map(({ role, type, text, id }) => [role, type === 'text' ? text : id]);
        const actual = readConversation(undefined, messages).messages.flatMap(({ role, content }) =>
          content.map((part) => [
            role,
            part.type === 'text' ? part.text : part.type === 'toolCall' ? part.call.id : '',
          ]),
        );
        assert.deepEqual(actual, expected.length === 0 ? [['user', '']] : expected);
      }),
    );
  });

  it('keeps the schema of a tool, including the order of its keys', () => {
    const schema = {
      type: 'object',
      properties: { z: { $ref: '#/$defs/a' }, a: {} },
      $defs: { a: { 'x-y': 1 } },
    };
    const { offeredTools } = decode({
      tools: [{ name: 'f', input_schema: schema, cache_control: { type: 'ephemeral' } }],
    });
    assert.equal(JSON.stringify(offeredTools.tools[0]?.parameters), JSON.stringify(schema));
  });

  it('accepts a tool without a schema, and a tool with its own type and a schema', () => {
    const { offeredTools } = decode({
      tools: [{ name: 'f' }, { type: 'x_2025', name: 'g', input_schema: {} }],
    });
    assert.deepEqual(
      offeredTools.tools.map(({ name, parameters }) => [name, parameters]),
      [
        ['f', { type: 'object', properties: {} }],
        ['g', {}],
      ],
    );
  });

  it('converts text documents to text', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'of a file' };
    const { messages } = readConversation('', [{ role: 'user', content: [{ type: 'document', source }] }]);
    assert.deepEqual(messages, [{ role: 'user', content: [{ type: 'text', text: 'of a file' }] }]);
  });

  it('reads the format from output_config or output_format', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    for (const more of [{ output_config: { format } }, { output_format: format }]) {
      assert.deepEqual(decode(more).generation.format, { type: 'schema', schema: { type: 'object' } });
    }
    assert.equal(decode({ output_format: { type: 'text' } }).generation.format, undefined);
  });
});
