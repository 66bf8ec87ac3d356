/** Qwen Code with the command of Connect a Client. It uses /v1/chat/completions and its own tools on a real disk. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { textReply, type StandInRequest } from '../standin/server.js';
import { REPAIRED, TASK } from '../support/agentProject.js';
import { recordResults } from '../support/clientSuite/results.js';
import { commandOf } from '../support/connectGuide.js';
import { installedOrSkip } from '../support/install.js';
import { agentRig, LISTED_MODELS_ONLY } from './agentRig.js';
import { resultsOf, scriptedModel } from './scriptedModel.js';

const VERSION = '0.24.4';
const FINAL_ANSWER = 'The total adds up now.';

const callsOn = (file_path: string) => [
  { tool: 'read_file', input: { file_path } },
  { tool: 'edit', input: { file_path, old_string: 'sum - price', new_string: 'sum + price' } },
  { tool: 'run_shell_command', input: { command: 'node cart.mjs', is_background: false } },
];

/** Not a request of its agent for memories, which runs beside the main one and has fewer tools. */
const isMain = ({ body }: StandInRequest): boolean =>
  (body.tools ?? []).some(({ name }) => name === 'tool_search');

describe('Qwen Code', function () {
  this.timeout(300_000);
  const rig = agentRig(async (context) =>
    join(
      await installedOrSkip(context, '@qwen-code/qwen-code', VERSION),
      'node_modules/@qwen-code/qwen-code/cli-entry.js',
    ),
  );

  recordResults({ client: 'Qwen Code', api: 'OpenAI chat', version: () => VERSION });

  it('repairs a program with its own tools, in one CLI process', async () => {
    const project = await rig.createProject();
    const calls = callsOn(project.sourceFile);
    const agent = scriptedModel(calls, FINAL_ANSWER);
    const headless = await rig.startServer({
      args: LISTED_MODELS_ONLY,
      respond: (request) => (isMain(request) ? agent(request) : textReply('Nothing to remember.')),
    });
    const { env, words } = commandOf('qwen', headless.url);
    const args = [rig.program, ...words.slice(1), '--yolo', '--prompt', TASK];
    const output = await project.run(process.execPath, args, env);
    assert.equal(await project.readSource(), REPAIRED);
    assert.ok(output.includes(FINAL_ANSWER), output);
    const rounds = headless.standIn.requests.filter(isMain);
    assert.equal(rounds.length, calls.length + 1);
    assert.equal(new Set(rounds.map(({ headers }) => headers['x-claude-code-session-id'])).size, 1);
    const results = resultsOf(rounds.at(-1)!);
    assert.match(results[0] ?? '', /Der Preis für alles, in € 🛒/);
    assert.match(results[2] ?? '', /total=6/);
  });
});
