/** GitHub's Copilot CLI with the variables of Connect a Client, without a GitHub account, over each of its three APIs. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { REPAIRED, TASK } from '../support/agentProject.js';
import { recordResults } from '../support/clientSuite/results.js';
import { commandOf } from '../support/connectGuide.js';
import { installedOrSkip } from '../support/install.js';
import { agentRig, LISTED_MODELS_ONLY } from './agentRig.js';
import { resultsOf, roundsOf, scriptedModel } from './scriptedModel.js';

const VERSION = '1.0.102';
const FINAL_ANSWER = 'The total adds up now.';

const callsOn = (path: string) => [
  { tool: 'view', input: { path } },
  { tool: 'edit', input: { path, old_str: 'sum - price', new_str: 'sum + price' } },
  { tool: 'bash', input: { command: 'node cart.mjs', description: 'Run the program' } },
];

const APIS = [
  { api: 'OpenAI chat', env: () => ({}) },
  { api: 'OpenAI Responses', env: () => ({ COPILOT_PROVIDER_WIRE_API: 'responses' }) },
  {
    api: 'Anthropic Messages',
    env: (url: string) => ({ COPILOT_PROVIDER_TYPE: 'anthropic', COPILOT_PROVIDER_BASE_URL: url }),
  },
] as const;

for (const { api, env } of APIS) {
  describe(`GitHub Copilot CLI with ${api}`, function () {
    this.timeout(300_000);
    const rig = agentRig(async (context) =>
      join(
        await installedOrSkip(context, '@github/copilot', VERSION),
        'node_modules/@github/copilot/npm-loader.js',
      ),
    );

    recordResults({ client: 'GitHub Copilot CLI', api, version: () => VERSION });

    it('repairs a program with its own tools, in one CLI process', async () => {
      const project = await rig.createProject();
      const calls = callsOn(project.sourceFile);
      const headless = await rig.startServer({
        args: LISTED_MODELS_ONLY,
        respond: scriptedModel(calls, FINAL_ANSWER),
      });
      const output = await project.run(
        process.execPath,
        [rig.program, '--prompt', TASK, '--allow-all-tools'],
        {
          ...commandOf('copilot', headless.url).env,
          ...env(headless.url),
        },
      );
      assert.equal(await project.readSource(), REPAIRED);
      assert.ok(output.includes(FINAL_ANSWER), output);
      const rounds = roundsOf(headless.standIn);
      assert.equal(rounds.length, calls.length + 1);
      const results = resultsOf(rounds.at(-1)!);
      assert.match(results[0] ?? '', /Der Preis für alles, in € 🛒/);
      assert.match(results[2] ?? '', /total=6/);
    });
  });
}
