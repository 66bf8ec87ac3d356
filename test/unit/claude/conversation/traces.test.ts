import assert from 'node:assert/strict';
import { Traces } from '../../../../src/claude/conversation/traces.js';
import type { UserSettings } from '../../../../src/claude/conversation/userSettings.js';
import { parseMessage } from '../../../../src/claude/process/incoming.js';

const OWN_SERVER = { ANTHROPIC_BASE_URL: 'https://gateway.example' };
const NO_HOOKS: UserSettings = { model: undefined, variables: {}, mayRunHooks: false };

const called = (name: string): object => ({
  type: 'assistant',
  message: { id: 'm', content: [{ type: 'tool_use', id: 't', name, input: {} }] },
});
const report = (subtype: string): object => ({ type: 'system', subtype });

async function tracesAfter(
  messages: readonly object[],
  environment: Record<string, string> = OWN_SERVER,
  settings: Partial<UserSettings> = {},
  version = '2.1.330',
): Promise<boolean> {
  const read = Promise.resolve({ ...NO_HOOKS, ...settings });
  const traces = new Traces({ environment, settings: read, version });
  for (const message of messages) traces.observe(parseMessage(JSON.stringify(message)));
  await read;
  return traces.left;
}

describe('Traces', () => {
  it('finds none after an answer without tools', async () => {
    assert.equal(await tracesAfter([report('init'), report('status'), report('api_retry')], {}), false);
  });

  it('finds none after reading, editing, a subagent, a call of the client’s tools and a structured answer', async () => {
    const tools = ['Read', 'Grep', 'Edit', 'Write', 'Agent', 'mcp__client__look', 'StructuredOutput'];
    assert.equal(await tracesAfter([report('task_started'), ...tools.map(called)]), false);
  });

  for (const tool of ['Bash', 'TaskCreate', 'WebFetch', 'mcp__own__note', 'Unknown']) {
    it(`finds one after a call of ${tool}, however it is reported`, async () => {
      const block = { type: 'tool_use', id: 't', name: tool };
      const event = { type: 'content_block_start', content_block: block };
      const request = { subtype: 'hook_callback', input: { tool_name: tool } };
      for (const message of [
        called(tool),
        { ...called(tool), parent_tool_use_id: 'toolu_agent' },
        { type: 'stream_event', event },
        { type: 'control_request', request_id: 'r', request },
      ]) {
        assert.equal(await tracesAfter([message]), true);
      }
    });
  }

  it('finds one after a compacted history, a hook, and a report that it does not know', async () => {
    for (const subtype of ['compact_boundary', 'hook_started', 'new_report']) {
      assert.equal(await tracesAfter([report(subtype)]), true);
    }
  });

  it('finds one after any call if the CLI talks to Anthropic’s API, whose requests name the called tools', async () => {
    const url = 'https://api.anthropic.com';
    for (const environment of [{}, { ANTHROPIC_BASE_URL: url }, { ANTHROPIC_BASE_URL: '' }]) {
      assert.equal(await tracesAfter([called('Read')], environment), true);
    }
    const variables = { ANTHROPIC_BASE_URL: url };
    assert.equal(await tracesAfter([called('Read')], OWN_SERVER, { variables }), true);
  });

  it('finds one after any call of a CLI that counts the tokens of earlier conversations', async () => {
    assert.equal(await tracesAfter([called('Read')], OWN_SERVER, {}, '2.1.300'), true);
    assert.equal(await tracesAfter([report('init')], OWN_SERVER, {}, '2.1.300'), false);
  });

  it('finds one where hooks may run, and before the CLI has reported its settings', async () => {
    assert.equal(await tracesAfter([], OWN_SERVER, { mayRunHooks: true }), true);
    const settings = new Promise<UserSettings>(() => undefined);
    assert.equal(new Traces({ environment: OWN_SERVER, settings, version: '2.1.330' }).left, true);
  });
});
