import assert from 'node:assert/strict';
import { parseMessage } from '../../../../src/claude/process/incoming.js';
import { PermissionCheck } from '../../../../src/claude/turn/permissionCheck.js';

function read(messages: readonly object[], asked: readonly string[] = []): void {
  const check = new PermissionCheck({
    isClientTool: (name) => name.startsWith('mcp__client__'),
    wasAsked: (id) => asked.includes(id),
  });
  for (const message of messages) check.read(parseMessage(JSON.stringify(message)));
}

const call = (name: string, more = {}): object => ({
  type: 'assistant',
  message: { id: 'm', model: 'x', content: [{ type: 'tool_use', id: `id_${name}`, name, input: {} }] },
  ...more,
});
const result = (name: string, content: unknown, more = {}): object => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: `id_${name}`, content, is_error: true }] },
  ...more,
});
const SUBAGENT = { parent_tool_use_id: 'toolu_1' };

describe('PermissionCheck', () => {
  for (const content of [
    'text',
    '',
    'Exit code 1',
    [{ type: 'text', text: 'x <tool_use_error>' }],
    undefined,
  ]) {
    it(`throws for a call without a question, with the result ${JSON.stringify(content)}`, () => {
      assert.throws(() => read([call('Bash'), result('Bash', content)]), {
        kind: 'cliFailed',
        message: /the tool "Bash" without asking this server for permission.*hooks/,
      });
    });
  }

  it('throws for a call of a subagent without a question', () => {
    assert.throws(() => read([call('Read', SUBAGENT), result('Read', 'text', SUBAGENT)]), {
      kind: 'cliFailed',
    });
  });

  it('accepts a call after a question', () => {
    read([call('Bash'), result('Bash', 'text')], ['id_Bash']);
    read([call('Read', SUBAGENT), result('Read', 'text', SUBAGENT)], ['id_Read']);
  });

  it('throws for the call without a question beside one with a question', () => {
    const messages = [call('Bash'), call('Read'), result('Bash', 'text'), result('Read', 'text')];
    assert.throws(() => read(messages, ['id_Bash']), { message: /"Read"/ });
  });

  it('accepts a call that the model got wrong, because no tool runs', () => {
    read([call('Bash'), result('Bash', '<tool_use_error>InputValidationError: x</tool_use_error>')]);
  });

  it("ignores the client's tools, the structured answer, and results of earlier turns", () => {
    for (const name of ['mcp__client__save', 'StructuredOutput']) read([call(name), result(name, 'x')]);
    read([result('Bash', 'text')]);
  });
});
