/** opencode with the configuration file of Connect a Client. It uses /v1/chat/completions and its own tools on a real disk. */
import assert from 'node:assert/strict';
import { recordResults } from '../support/clientSuite/results.js';
import { connectIn } from '../support/connectGuide.js';
import { programOrSkip } from '../support/install.js';
import { agentRig, LISTED_MODELS_ONLY } from './agentRig.js';
import { resultsOf, roundsOf, scriptedModel } from './scriptedModel.js';
import { linesOf, REPAIRED, TASK } from '../support/agentProject.js';

const VERSION = '1.18.33';
const FINAL_ANSWER = 'The total adds up now.';

const callsOn = (filePath: string) => [
  { tool: 'read', input: { filePath } },
  { tool: 'edit', input: { filePath, oldString: 'sum - price', newString: 'sum + price' } },
  { tool: 'bash', input: { command: 'node cart.mjs' } },
];

/** A line of the agent's JSON output. */
interface Line {
  readonly type: string;
  readonly part: { readonly text?: string; readonly state?: { readonly output: string } };
}

describe('opencode', function () {
  this.timeout(300_000);
  // The package `opencode-ai` only has an install script that installs one of these packages, by platform.
  const rig = agentRig((context) => programOrSkip(context, 'opencode', VERSION, 'opencode'));

  recordResults({ client: 'opencode', api: 'OpenAI chat', version: () => VERSION });

  it('repairs a program with its own tools, in one CLI process', async () => {
    const project = await rig.createProject();
    const calls = callsOn(project.sourceFile);
    const headless = await rig.startServer({
      args: LISTED_MODELS_ONLY,
      respond: scriptedModel(calls, FINAL_ANSWER),
    });
    await connectIn(project.home, 'opencode', headless.url);
    const output = await project.run(rig.program, ['run', '--format', 'json', TASK], {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    });
    assert.equal(await project.readSource(), REPAIRED);

    const lines = linesOf<Line>(output);
    const texts = lines.filter(({ type }) => type === 'text').map(({ part }) => part.text);
    assert.deepEqual(texts, ['Step 1.', 'Step 2.', 'Step 3.', FINAL_ANSWER]);

    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, calls.length + 1);
    const results = resultsOf(rounds.at(-1)!);
    assert.deepEqual(
      results,
      lines.filter(({ type }) => type === 'tool_use').map(({ part }) => part.state?.output),
    );
    assert.match(results[0] ?? '', /\/\/ Der Preis für alles, in € 🛒\n/);
    assert.equal(results[2], 'total=6\n');
    // The only other request, sent at the same time, asks for a title.
    assert.equal(headless.standIn.requests.length, rounds.length + 1);
  });
});
