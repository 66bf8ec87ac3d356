import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ToolSpec } from '../../../../src/core/chat.js';
import { chooseToolNames, MAX_NAME_LENGTH } from '../../../../src/claude/tools/toolNames.js';

const tools = (...names: string[]): ToolSpec[] =>
  names.map((name) => ({ name, description: '', parameters: {} }));
const apiNames = (...names: string[]): readonly string[] =>
  chooseToolNames(tools(...names), MAX_NAME_LENGTH).apiNames;

describe('chooseToolNames', () => {
  it('keeps names that the API and the CLI take, up to 128 characters', () => {
    const kept = ['get_weather', 'Bash', 'Read', 'mcp__github__search', 'n'.repeat(128)];
    assert.deepEqual(apiNames(...kept), kept);
  });

  it('changes names that the CLI treats in a special way', () => {
    assert.deepEqual(
      apiNames('ToolSearch', 'StructuredOutput', 'Agent', 'Edit', 'mcp__ide__getDiagnostics'),
      ['ToolSearch_tool', 'StructuredOutput_tool', 'Agent_tool', 'Edit_tool', 'ide__getDiagnostics'],
    );
  });

  it('makes names valid and unique, and maps them back', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 150 }),
      fc.constantFrom('Edit', 'Edit_tool', 'a b', 'a_b', 'a.b'),
    );
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 12 }),
        fc.constantFrom(MAX_NAME_LENGTH, 115),
        (names, maxLength) => {
          const chosen = chooseToolNames(tools(...names), maxLength);
          assert.equal(new Set(chosen.apiNames).size, names.length);
          for (const apiName of chosen.apiNames) {
            assert.match(apiName, /^[a-zA-Z0-9_-]+$/);
            assert.ok(apiName.length <= maxLength);
          }
          assert.deepEqual(chosen.apiNames.map(chosen.clientName), names);
          for (const client of names) assert.equal(chosen.clientName(chosen.apiName(client)), client);
        },
      ),
    );
  });

  it('does not change a valid name because of a tool before it', () => {
    assert.deepEqual(apiNames('a b', 'a_b', 'a.b'), ['a_b_2', 'a_b', 'a_b_3']);
  });

  it('names tools of a history that are no longer offered', () => {
    const names = chooseToolNames([], MAX_NAME_LENGTH);
    assert.deepEqual(['Edit', 'was offered', ''].map(names.apiName), ['Edit_tool', 'was_offered', 'tool']);
    assert.equal(names.clientName('invented'), 'invented');
  });
});
