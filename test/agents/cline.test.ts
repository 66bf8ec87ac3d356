/** Cline's command line with the configuration file of Connect a Client. It uses /api/chat and its own tools. */
import assert from 'node:assert/strict';
import { recordResults } from '../support/clientSuite/results.js';
import { connectIn } from '../support/connectGuide.js';
import { programOrSkip } from '../support/install.js';
import { agentRig, LISTED_MODELS_ONLY } from './agentRig.js';
import { resultsOf, roundsOf, scriptedModel } from './scriptedModel.js';
import { linesOf, REPAIRED, TASK } from '../support/agentProject.js';

const VERSION = '3.0.65';
const FINAL_ANSWER = 'The total adds up now.';

const callsOn = (path: string) => [
  { tool: 'read_files', input: { files: [{ path }] } },
  { tool: 'editor', input: { path, old_text: 'sum - price', new_text: 'sum + price' } },
  { tool: 'run_commands', input: { commands: ['node cart.mjs'] } },
];

/** A line of the agent's JSON output. */
interface Line {
  readonly type: string;
  readonly finishReason?: string;
  readonly text?: string;
}

describe('Cline', function () {
  this.timeout(300_000);
  // The package `cline` installs one of these packages, by platform.
  const rig = agentRig((context) => programOrSkip(context, '@cline/cli', VERSION, 'cline'));

  recordResults({ client: 'Cline', api: 'Ollama', version: () => VERSION });

  it('repairs a program with its own tools, in one CLI process', async () => {
    const project = await rig.createProject();
    const calls = callsOn(project.sourceFile);
    const headless = await rig.startServer({
      args: LISTED_MODELS_ONLY,
      respond: scriptedModel(calls, FINAL_ANSWER),
    });
    await connectIn(project.home, 'cline', headless.url);
    // Local mode starts no daemon that would outlive the test.
    const output = await project.run(rig.program, ['--json', TASK], { CLINE_SESSION_BACKEND_MODE: 'local' });
    assert.equal(await project.readSource(), REPAIRED);
    const result = linesOf<Line>(output).find(({ type }) => type === 'run_result');
    assert.equal(result?.finishReason, 'completed');
    assert.equal(result?.text, FINAL_ANSWER);
    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, calls.length + 1);
    assert.match(resultsOf(rounds.at(-1)!)[2] ?? '', /total=6/);
  });
});
