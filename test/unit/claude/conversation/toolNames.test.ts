import assert from 'node:assert/strict';
import { ToolNames } from '../../../../src/claude/conversation/toolNames.js';

describe('ToolNames', () => {
  it('distinguishes the client’s tools from the CLI’s by their prefix', () => {
    const names = new ToolNames('mcp__client__');
    assert.equal(names.apiName('Read'), 'mcp__client__Read');
    assert.equal(names.clientName('mcp__client__Read'), 'Read');
    assert.equal(names.clientName(names.apiName('mcp__client__x')), 'mcp__client__x');
    assert.deepEqual([names.isClientTool('mcp__client__Read'), names.isClientTool('Read')], [true, false]);
  });

  it('takes every tool for the client’s without a prefix', () => {
    const names = new ToolNames('');
    assert.deepEqual([names.apiName('Read'), names.clientName('Read')], ['Read', 'Read']);
    assert.ok(names.isClientTool('Read'));
  });
});
