import assert from 'node:assert/strict';
import type { ChatRequest, ToolSpec } from '../../../../src/core/chat.js';
import type { JsonObject } from '../../../../src/core/json.js';
import { translateTools } from '../../../../src/claude/tools/lazyTranslation.js';
import { translateRequest } from '../../../../src/claude/tools/requestTools.js';

const tool = (name: string, parameters: JsonObject = { type: 'object' }, description = ''): ToolSpec => ({
  name,
  description,
  parameters,
});

function request(more: Partial<ChatRequest>): ChatRequest {
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] as const;
  return { lane: 'chat', model: 'm', system: '', messages, tools: [], stop: [], ...more };
}

const NO_PREFIX = { prefix: '', warn: () => undefined };

describe('translateRequest', () => {
  it('translates tools, the calls of the history and the choice, and calls of the answer back', async () => {
    const spec = tool('Edit', { type: 'object', properties: { größe: { type: 'INT' } }, required: 'größe' });
    const call = { id: 'c1', name: 'Edit', arguments: { größe: 1, extra: 2 } };
    const { request: translated, toClient } = await translateRequest(
      request({
        tools: [spec],
        toolChoice: { required: true, name: 'Edit', single: false },
        messages: [{ role: 'assistant', content: [{ type: 'toolCall', call }] }],
      }),
      NO_PREFIX,
    );
    assert.deepEqual(translated.tools, [
      {
        name: 'Edit_tool',
        clientName: 'Edit',
        description: '',
        parameters: {
          type: 'object',
          properties: { grosse: { type: 'integer', description: '"größe"' } },
          required: ['grosse'],
        },
      },
    ]);
    const translatedCall = { id: 'c1', name: 'Edit_tool', arguments: { grosse: 1, extra: 2 } };
    assert.deepEqual(translated.messages[0]?.content, [{ type: 'toolCall', call: translatedCall }]);
    assert.equal(translated.toolChoice?.name, 'Edit_tool');
    assert.deepEqual(toClient({ type: 'toolCall', call: translatedCall }), { type: 'toolCall', call });
    assert.deepEqual(toClient({ type: 'text', text: 'Edit_tool' }), { type: 'text', text: 'Edit_tool' });
  });

  it('offers a tool that is listed twice once, and different tools of one name both', async () => {
    const other = tool('f', { type: 'object', properties: { a: {} } });
    const { request: translated, toClient } = await translateRequest(
      request({ tools: [tool('f'), tool('f'), other, tool('g')] }),
      NO_PREFIX,
    );
    assert.deepEqual(
      translated.tools.map(({ name, parameters }) => [name, 'properties' in parameters]),
      [
        ['f', false],
        ['f_2', true],
        ['g', false],
      ],
    );
    const call = { id: '', name: 'f_2', arguments: {} };
    assert.deepEqual(toClient({ type: 'toolCall', call }), {
      type: 'toolCall',
      call: { ...call, name: 'f' },
    });
  });

  it('logs the references of a tool that lead nowhere, once', async () => {
    const lines: string[] = [];
    const warn = (line: string): void => void lines.push(line);
    const schema = { type: 'object', properties: { a: { $ref: '#/definitions/Gone' } } };
    const tools = [tool('good'), tool('logged', schema)];
    for (let turn = 0; turn < 2; turn++) await translateRequest(request({ tools }), { prefix: '', warn });
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /the tool "logged" refers .*"#\/\$defs\/Gone"/);
  });

  it('logs the references of the answer’s schema that lead nowhere, once', async () => {
    const lines: string[] = [];
    const warn = (line: string): void => void lines.push(line);
    const schema = { type: 'object', properties: { b: { $ref: '#/definitions/Missing' } } };
    const asked = request({ format: { type: 'schema', schema } });
    for (let turn = 0; turn < 2; turn++) await translateRequest(asked, { prefix: '', warn });
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /the schema of the answer refers .*"#\/\$defs\/Missing"/);
  });

  it('leaves room for the prefix of the CLI in names', async () => {
    const { request: translated } = await translateRequest(request({ tools: [tool('n'.repeat(200))] }), {
      ...NO_PREFIX,
      prefix: 'mcp__client__',
    });
    assert.equal(translated.tools[0]?.name.length, 115);
  });

  it('refuses a tool whose arguments could not be an object, with its name and the reason', async () => {
    for (const type of ['string', 'ARRAY', ['integer', 'null']]) {
      await assert.rejects(
        translateRequest(request({ tools: [tool('ok'), tool('odd', { type })] }), NO_PREFIX),
        {
          kind: 'badRequest',
          message:
            /^The parameters of the tool "odd" cannot be used: they are of the type .*always an object\.$/,
        },
      );
    }
  });

  it('repairs the schema of an answer', async () => {
    const schema = { $schema: 'x', type: 'OBJECT', properties: { a: { items: [{}] } }, required: null };
    const { request: translated } = await translateRequest(
      request({ format: { type: 'schema', schema } }),
      NO_PREFIX,
    );
    assert.deepEqual(translated.format, {
      type: 'schema',
      schema: { type: 'object', properties: { a: { prefixItems: [{}] } } },
    });
  });

  it('takes limits that a number cannot hold exactly', async () => {
    const parameters = { type: 'object', properties: { id: { maximum: 9_223_372_036_854_775_807n } } };
    const { request: translated } = await translateRequest(
      request({ tools: [tool('f', parameters)] }),
      NO_PREFIX,
    );
    assert.deepEqual(translated.tools[0]?.parameters, {
      type: 'object',
      properties: { id: { maximum: 2 ** 63 } },
    });
  });

  it('gives equal tools the same result again', async () => {
    const translate = async (): Promise<readonly ToolSpec[]> =>
      (await translateRequest(request({ tools: [tool('same', { type: 'OBJECT' })] }), NO_PREFIX)).request
        .tools;
    assert.equal((await translate())[0]?.parameters, (await translate())[0]?.parameters);
  });
});

describe('translateTools', () => {
  it('returns a request without tools, calls and schema as it is', async () => {
    const plain = request({ format: { type: 'json' } });
    assert.equal((await translateTools(plain, NO_PREFIX)).request, plain);
  });

  it('translates a request that only its history makes concern tools', async () => {
    const call = { id: 'c', name: 'ToolSearch', arguments: {} };
    const { request: translated } = await translateTools(
      request({ messages: [{ role: 'assistant', content: [{ type: 'toolCall', call }] }] }),
      NO_PREFIX,
    );
    assert.deepEqual(translated.messages[0]?.content, [
      { type: 'toolCall', call: { ...call, name: 'ToolSearch_tool' } },
    ]);
  });
});
