import assert from 'node:assert/strict';
import { parseMessage } from '../../../../src/claude/process/incoming.js';
import { DeferralCheck } from '../../../../src/claude/turn/deferralCheck.js';

const NAMES: Readonly<Record<string, string>> = { save: 'save', Edit_tool: 'Edit' };

function read(messages: readonly object[]): void {
  const check = new DeferralCheck((apiName) => NAMES[apiName]);
  for (const message of messages) check.read(parseMessage(JSON.stringify(message)));
}

const call = (name: string, more = {}): object => ({
  type: 'assistant',
  message: { id: 'm', model: 'x', content: [{ type: 'tool_use', id: `id_${name}`, name, input: {} }] },
  ...more,
});
const result = (name: string, content: unknown, more = {}): object => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: `id_${name}`, content }] },
  ...more,
});

describe('DeferralCheck', () => {
  for (const content of ['saved', '', [{ type: 'text', text: 'You have not granted it.' }], undefined]) {
    it(`throws for a call of the client’s tool that the CLI answers with ${JSON.stringify(content)}`, () => {
      assert.throws(() => read([call('Edit_tool'), result('Edit_tool', content)]), {
        kind: 'cliFailed',
        message: /the call of the tool "Edit" on to the client.*hooks/,
      });
    });
  }

  it('lets the CLI tell the model about a call that it got wrong', () => {
    const mistake = '<tool_use_error>InputValidationError: no object</tool_use_error>';
    read([call('save'), result('save', mistake)]);
    read([call('save'), result('save', [{ type: 'text', text: mistake }])]);
  });

  it('ignores other tools, and what a subagent does', () => {
    read([call('Read'), result('Read', 'text'), call('StructuredOutput'), result('StructuredOutput', 'ok')]);
    const subagent = { parent_tool_use_id: 'toolu_1' };
    read([call('save', subagent), result('save', 'saved', subagent)]);
  });
});
