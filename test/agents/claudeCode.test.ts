/** Claude Code itself as a client, with ANTHROPIC_BASE_URL. It uses /v1/messages and its own tools on a real disk. */
import assert from 'node:assert/strict';
import { devCli } from '../standin/devCli.js';
import type { ApiBlock } from '../standin/server.js';
import { recordResults } from '../support/clientSuite/results.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { createAgentProject, REPAIRED, TASK, type AgentProject } from '../support/agentProject.js';
import { runTool } from '../support/toolchain.js';
import { resultsOf, roundsOf, scriptedModel } from './scriptedModel.js';

const FINAL_ANSWER = 'The total adds up now.';

const callsOn = (file_path: string) => [
  { tool: 'Read', input: { file_path } },
  // The CLI treats `Edit` specially, so the model sees it under another name.
  { tool: 'Edit_tool', input: { file_path, old_string: 'sum - price', new_string: 'sum + price' } },
  { tool: 'Bash', input: { command: 'node cart.mjs', description: 'Run the program' } },
];

describe('Claude Code', function () {
  this.timeout(300_000);
  let project: AgentProject | undefined;
  let headless: Headless | undefined;

  after(async () => {
    await project?.close();
    await headless?.stop();
  });

  recordResults({
    client: 'Claude Code',
    api: 'Anthropic Messages',
    version: async () => (await runTool(devCli(), ['--version'])).split(' ')[0] ?? '',
  });

  it('repairs a program with its own tools, in one CLI process', async () => {
    project = await createAgentProject();
    const calls = callsOn(project.sourceFile);
    headless = await startHeadless({ respond: scriptedModel(calls, FINAL_ANSWER) });
    const args = [
      '-p',
      TASK,
      '--model',
      'sonnet',
      '--output-format',
      'json',
      '--allowedTools',
      'Read,Edit,Bash',
    ];
    const output = await project.run(devCli(), args, {
      ANTHROPIC_BASE_URL: headless.url,
      ANTHROPIC_AUTH_TOKEN: 'unused',
    });
    assert.equal(await project.readSource(), REPAIRED);
    const { result, is_error } = JSON.parse(output) as { result: string; is_error: boolean };
    assert.deepEqual([result, is_error], [FINAL_ANSWER, false]);

    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, calls.length + 1);
    const [cli, , ...prompt] = rounds[0]!.body.system as readonly ApiBlock[];
    assert.match(cli?.text ?? '', /^x-anthropic-billing-header: [^\n]*$/);
    assert.match(prompt.map((block) => block.text).join(''), /^You are a Claude agent/);
    const results = resultsOf(rounds.at(-1)!);
    assert.match(results[0] ?? '', /Der Preis für alles, in € 🛒/);
    assert.equal(results[2], 'total=6');
  });
});
