import { bodyFields } from '../../../../src/protocol/json/fields.js';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonText } from '../../../../src/core/json.js';
import { ChatError } from '../../../../src/core/errors.js';
import { decodeMessages } from '../../../../src/protocol/anthropic/request.js';
import { chatRequestOf } from './chatRequest.js';

const decode = (more: object): ReturnType<typeof decodeMessages> =>
  decodeMessages(
    bodyFields(
      JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }], ...more }),
      'anthropic.MessagesRequest',
    ),
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
                      'search_result',
                      'tool_reference',
                      'server_tool_use',
                      'web_fetch_tool_result',
                      'compaction',
                      'tool_addition',
                    ),
                    text: fc.jsonValue(),
                    id: fc.jsonValue(),
                    name: fc.jsonValue(),
                    input: fc.jsonValue(),
                    content: fc.jsonValue(),
                    source: fc.jsonValue(),
                    title: fc.jsonValue(),
                    tool: fc.jsonValue(),
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
    thread: fc.jsonValue(),
    context_management: fc.jsonValue(),
    billing_policy: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

describe('a request of /v1/messages', () => {
  it('is accepted or refused as a bad request, for any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(almostRequests, fc.jsonValue()), (value) => {
        try {
          const request = chatRequestOf(
            decodeMessages(bodyFields(JSON.stringify(value), 'anthropic.MessagesRequest')),
          );
          assert.ok(request.messages.length > 0);
        } catch (thrown) {
          assert.ok(thrown instanceof ChatError, String(thrown));
          assert.equal(thrown.kind, 'badRequest');
          assert.notEqual(thrown.message, '');
        }
      }),
      { numRuns: 500 },
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

  it('reads the format from output_config or output_format', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    for (const more of [{ output_config: { format } }, { output_format: format }]) {
      assert.deepEqual(decode(more).generation.format, { type: 'schema', schema: { type: 'object' } });
    }
    assert.equal(decode({ output_format: { type: 'text' } }).generation.format, undefined);
  });

  it('keeps every digit of long integers', () => {
    const id = '1234567890123456789';
    const blocks = [
      `{"type":"tool_use","id":"a","name":"f","input":{"id":${id}}}`,
      `{"type":"server_tool_use","id":"b","name":"web_fetch","input":{"id":${id}}}`,
      `{"type":"mcp_tool_result","content":{"id":${id}}}`,
    ];
    const body = decodeMessages(
      bodyFields(
        `{"model":"m","max_tokens":1,"tools":[{"name":"f","input_examples":[{"id":${id}}]}],"messages":[` +
          `{"role":"assistant","content":[${blocks.join()}]},` +
          `{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":{"id":${id}}}]}]}`,
        'anthropic.MessagesRequest',
      ),
    );
    const text = jsonText(chatRequestOf(body));
    assert.equal(text.split(id).length - 1, 5, text);
  });

  it('adds examples of the input to the description of a tool', () => {
    const { offeredTools } = decode({
      tools: [
        { name: 'f', description: 'Does.', input_examples: [{ a: 1 }, { a: 2 }] },
        { name: 'g', input_examples: [{ b: 'x' }] },
        { name: 'h', description: 'Waits.', input_examples: [] },
      ],
    });
    assert.deepEqual(
      offeredTools.tools.map(({ description }) => description),
      ['Does.\n\nExamples of the input:\n{"a":1}\n{"a":2}', 'Examples of the input:\n{"b":"x"}', 'Waits.'],
    );
  });

  it('offers the tools that Anthropic defines and the client runs', () => {
    const { offeredTools } = decode({
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { type: 'text_editor_20250124', name: 'str_replace_editor' },
        { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool', max_characters: 9000 },
        { type: 'memory_20250818', name: 'memory' },
      ],
    });
    const inputs = offeredTools.tools.map(({ name, description, parameters }) => {
      assert.notEqual(description, '');
      return [name, Object.keys(parameters['properties'] as object).join()];
    });
    assert.deepEqual(inputs, [
      ['bash', 'command,restart'],
      ['str_replace_editor', 'command,path,view_range,file_text,old_str,new_str,insert_line'],
      [
        'str_replace_based_edit_tool',
        'command,path,view_range,file_text,old_str,new_str,insert_line,insert_text',
      ],
      [
        'memory',
        'command,path,view_range,file_text,old_str,new_str,insert_line,insert_text,old_path,new_path',
      ],
    ]);
    assert.match(JSON.stringify(offeredTools.tools[1]), /undo_edit/);
    assert.doesNotMatch(JSON.stringify(offeredTools.tools[2]), /undo_edit/);
  });

  it("refuses tools that only Anthropic's servers run or serve, with their type", () => {
    for (const type of [
      'web_search_20260318',
      'web_fetch_20250910',
      'code_execution_20260521',
      'tool_search_tool_regex_20251119',
      'computer_20251124',
      'computer_toolset_20260801',
      'mcp_toolset',
    ]) {
      assert.throws(
        () => decode({ tools: [{ type, name: 't' }] }),
        (error) => error instanceof ChatError && error.message.includes(JSON.stringify(type)),
      );
    }
  });

  describe('with changes of the tools', () => {
    const system = (...content: readonly object[]): object => ({ role: 'system', content });
    const hi = { role: 'user', content: 'hi' };
    const named = (name: string): object => ({ type: 'tool_reference', name });
    const added = (tool: object): object => ({ type: 'tool_addition', tool });
    const removed = (name: string): object => ({ type: 'tool_removal', tool: named(name) });
    const names = (messages: readonly object[], tools = [{ name: 'f' }, { name: 'g' }]): string[] =>
      decode({ messages, tools }).offeredTools.tools.map(({ name }) => name);

    it('offers the tools of the end of the conversation', () => {
      const definition = { name: 'late', input_schema: { type: 'object', properties: { a: {} } } };
      const addition = added({ type: 'tool_definition', definition });
      assert.deepEqual(names([hi, system(addition)]), ['f', 'g', 'late']);
      assert.deepEqual(names([hi, system(removed('f'))]), ['g']);
      assert.deepEqual(names([hi, system(removed('f')), hi, system(added(named('f')))]), ['g', 'f']);
      assert.deepEqual(names([hi, system(addition, removed('late'))]), ['f', 'g']);
      const summary = { type: 'compaction', content: 'Before.', tool_changes: [removed('g'), addition] };
      assert.deepEqual(names([{ role: 'assistant', content: [summary] }, hi]), ['f', 'late']);
    });

    it('tells the model where the tools changed', () => {
      const body = decode({
        tools: [{ name: 'f' }],
        messages: [hi, system({ type: 'text', text: 'Note.' }, removed('f'))],
      });
      assert.match(
        JSON.stringify(chatRequestOf(body)),
        /Note\..*The tool f is no longer available from here on/,
      );
    });

    it('refuses tools that it does not have', () => {
      for (const block of [
        added(named('unknown')),
        added({ type: 'mcp_toolset_reference', server_name: 's' }),
        added({ type: 'tool_definition', definition: { type: 'web_search_20250305', name: 'w' } }),
      ]) {
        assert.throws(
          () => names([hi, system(block)]),
          (error) => error instanceof ChatError && error.kind === 'badRequest',
        );
      }
    });
  });
});
