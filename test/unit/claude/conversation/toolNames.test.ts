import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../../src/core/json.js';
import { ToolNames } from '../../../../src/claude/conversation/toolNames.js';

describe('ToolNames', () => {
  const tools = (...names: string[]): { name: string; description: string; parameters: JsonObject }[] =>
    names.map((name) => ({ name, description: '', parameters: {} }));

  it('keeps names that the API allows', () => {
    const names = new ToolNames(tools('get_weather', 'Bash'));
    assert.deepEqual([names.apiName('get_weather'), names.clientName('Bash')], ['get_weather', 'Bash']);
  });

  it('makes names valid and unique, and maps them back', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 80 }), { maxLength: 12 }),
        fc.boolean(),
        (clientNames, prefixed) => {
          const names = new ToolNames(tools(...clientNames), prefixed ? 'mcp__client__' : '');
          const apiNames = clientNames.map((name) => names.apiName(name));
          assert.equal(new Set(apiNames).size, clientNames.length);
          for (const name of apiNames) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
          assert.deepEqual(
            apiNames.map((name) => names.clientName(name)),
            clientNames,
          );
        },
      ),
    );
  });

  it('distinguishes the client’s tools from the CLI’s by their prefix', () => {
    const names = new ToolNames(tools('Read', 'mcp__client__x'), 'mcp__client__');
    assert.deepEqual([names.apiName('Read'), names.bareName('Read')], ['mcp__client__Read', 'Read']);
    assert.equal(names.clientName(names.apiName('mcp__client__x')), 'mcp__client__x');
    assert.deepEqual([names.isClientTool('mcp__client__Read'), names.isClientTool('Read')], [true, false]);
    assert.equal(names.apiName('no longer offered'), 'mcp__client__no_longer_offered');
  });

  it('avoids the name of the CLI’s structured output tool', () => {
    assert.notEqual(new ToolNames(tools('StructuredOutput')).apiName('StructuredOutput'), 'StructuredOutput');
  });
});
