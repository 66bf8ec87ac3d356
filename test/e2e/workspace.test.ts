/** The workspace lane from an Ollama client to the API, with the real CLI. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEndpoint } from '../../src/server/server.js';
import { silentLogger } from '../../src/core/log.js';
import type { PermissionAnswer } from '../../src/core/permission.js';
import { startCliRig } from '../support/cliRig.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';
import { messageReply, textReply, toolReply, type StandInRequest } from '../standin/server.js';
import { ask, chatUntil, openChat, textOf, type Line } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { childrenIn, HAS_PROCESS_TABLE } from '../support/processTable.js';

const MODEL = 'claude-sonnet:workspace';

const USAGE = { input_tokens: 12, output_tokens: 34 };

describe('the workspace lane with the real CLI', function () {
  this.timeout(120_000);

  describe('with read-only permissions', () => {
    let headless: Headless;
    let file: string;
    before(async () => {
      headless = await startHeadless();
      file = join(headless.environment.workspace, 'notes.txt');
      await writeFile(file, 'the answer is 42\n');
    });
    after(() => headless.stop());

    async function chat(messages: readonly object[], more: object = {}): Promise<Line[]> {
      const stream = await openChat(headless.url, { model: MODEL, messages, ...more });
      assert.equal(stream.status, 200);
      return stream.rest();
    }

    it('lists a workspace model for each chat model', async () => {
      const { body } = await ask(headless.url, { path: '/api/tags' });
      const names = (JSON.parse(body) as { models: { name: string }[] }).models.map(({ name }) => name);
      const tagged = (tag: string): string[] =>
        names.filter((name) => name.endsWith(`:${tag}`)).map((name) => name.replace(/:.*/, ''));
      assert.ok(tagged('workspace').includes('claude-sonnet'));
      assert.deepEqual(tagged('workspace'), tagged('latest'));
      assert.equal(names.length, 2 * tagged('latest').length);
    });

    it('reads files, reports its tool calls as thinking, and continues in the same process', async () => {
      headless.standIn.reply(
        messageReply(
          [
            { type: 'text', text: 'I will look.' },
            { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: file } },
          ],
          { usage: USAGE },
        ),
        textReply('It is 42.', { usage: USAGE }),
        textReply('Quite.'),
      );
      const question = { role: 'user', content: 'What is the answer?' };
      const lines = await chat([question], { think: true });
      assert.equal(textOf(lines), 'I will look.\n\nIt is 42.');
      assert.equal(thinkingOf(lines), 'Read notes.txt\n');
      assert.ok(lines.every((line) => line.message?.tool_calls === undefined));
      const end = lines.at(-1);
      assert.deepEqual([end?.done, end?.prompt_eval_count, end?.eval_count], [true, 24, 68]);
      assert.match(messagesOf(headless.standIn.requests[1]), /the answer is 42/);
      const answer = { role: 'assistant', content: textOf(lines) };
      const next = await chat([question, answer, { role: 'user', content: 'Sure?' }], { think: true });
      assert.equal(textOf(next), 'Quite.');
      assert.match(messagesOf(headless.standIn.requests[2]), /the answer is 42/);
    });

    it('does not report tool calls with think: false', async () => {
      headless.standIn.reply(
        toolReply({ id: 'toolu_1', name: 'Read', input: { file_path: file } }),
        textReply('It is 42.'),
      );
      const lines = await chat([{ role: 'user', content: 'And without thinking?' }], { think: false });
      assert.equal(thinkingOf(lines), '');
      assert.equal(textOf(lines), 'It is 42.');
    });

    it("sends calls of the client's tools to the client", async () => {
      const look = {
        type: 'function',
        function: { name: 'look', description: '', parameters: { type: 'object' } },
      };
      headless.standIn.reply(
        messageReply([
          { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: file } },
          { type: 'tool_use', id: 'toolu_2', name: 'mcp__client__look', input: { at: 'it' } },
        ]),
      );
      const lines = await chat([{ role: 'user', content: 'go' }], { tools: [look] });
      const calls = lines.flatMap((line) => line.message?.tool_calls ?? []);
      assert.deepEqual(
        calls.map((call) => [call.function.name, call.function.arguments]),
        [['look', { at: 'it' }]],
      );
    });
  });

  it('refuses web pages of other local servers without a token', async () => {
    const headless = await startHeadless({ waitForModels: false });
    const headers = { origin: 'http://localhost:3000', 'content-type': 'application/json' };
    const { status } = await ask(headless.url, { path: '/api/chat', body: { model: MODEL }, headers });
    assert.equal(status, 403);
    await headless.stop();
  });

  describe('with a permission request', () => {
    it('keeps the connection alive for longer than the CLI may otherwise be silent', async () => {
      let decide: (answer: PermissionAnswer) => void = () => assert.fail('no permission was requested');
      const rig = await startCliRig({
        limits: { prewarm: 'never', silenceMs: 6000 },
        workspace: {
          permissions: 'ask',
          askPermission: () => new Promise((resolve) => (decide = resolve)),
        },
      });
      const endpoint = createEndpoint({
        backend: () => rig.backend,
        settings: () => ({
          names: { defaultModel: '', unknown: 'reject', aliases: {} },
          lanes: ['chat', 'workspace'],
          allowedHosts: [],
          allowedOrigins: [],
          token: undefined,
          allowOtherUsers: true,
        }),
        log: silentLogger,
        identity: 'claude-ollama-server/0.0.0',
        heartbeatMs: 1000,
      });
      const { url } = await endpoint.start('127.0.0.1', 0);
      const input = { file_path: join(rig.environment.workspace, 'a.txt'), content: 'made' };
      rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'Write', input }), textReply('done'));
      const messages = [{ role: 'user', content: 'go' }];
      const stream = await openChat(url, { model: MODEL, messages, think: false });
      for (let heartbeats = 0; heartbeats < 8; heartbeats++)
        assert.equal((await stream.next())?.message?.content, '');
      decide('once');
      assert.equal(textOf(await stream.rest()), 'done');
      await endpoint.stop();
      await rig.close();
    });

    it('ends a running command when the client disconnects', async function () {
      if (!HAS_PROCESS_TABLE) this.skip();
      const rules = JSON.stringify({ permissions: { allow: ['Bash(*)'] } });
      const headless = await startHeadless({ args: ['--workspace-permissions', 'acceptEdits'] });
      const { workspace, root } = headless.environment;
      // A literal command that the user's own settings allow runs without a permission request.
      await writeFile(join(root, 'config', 'settings.json'), rules);
      const script = '#!/bin/sh\necho $$ > pid; sleep 1000 & sleep 1000\n';
      await writeFile(join(workspace, 'run.sh'), script, { mode: 0o755 });
      const command = './run.sh';
      headless.standIn.reply(
        toolReply({ id: 'toolu_1', name: 'Bash', input: { command, description: 'x' } }),
      );
      const client = new AbortController();
      const messages = [{ role: 'user', content: 'go' }];
      const aborted = chatUntil(headless.url, { model: MODEL, messages }, client.signal);
      const file = join(workspace, 'pid');
      await until('the command runs', () => pidsIn(file).length === 1, { timeoutMs: 20_000 });
      const [shell = 0] = pidsIn(file);
      client.abort();
      await aborted;
      await until('the command has exited', () => !isAlive(shell));
      await headless.logged(/ 499 /);
      await until('only warm processes are left', () => childrenIn(workspace, headless.pid).length <= 3);
      await headless.stop();
    });
  });
});

function thinkingOf(lines: readonly Line[]): string {
  return lines.map((line) => line.message?.thinking ?? '').join('');
}

/** All messages of a request as JSON, to search them for tool results. */
function messagesOf(request: StandInRequest | undefined): string {
  const content = request?.body.messages.map((message) => message.content) ?? [];
  return JSON.stringify(content);
}
