/** OpenAI's Codex with the profile of Connect a Client. It uses /v1/responses and its own tools on a real disk. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startHeadless, type Headless } from '../../support/headless.js';
import { connectIn } from '../../support/connectGuide.js';
import { installedOrSkip } from './install.js';
import { resultsOf, roundsOf, scriptedModel } from './scriptedModel.js';
import { BROKEN, linesOf, createAgentProject, REPAIRED, TASK, type AgentProject } from './agentProject.js';

const VERSION = '0.169.0';
const FINAL_ANSWER = 'The total adds up now.';
/** Codex has no edit tool: it recognizes patches in shell commands. */
const PATCH = `apply_patch <<'END'
*** Begin Patch
*** Update File: cart.mjs
@@
-const total = (prices) => prices.reduce((sum, price) => sum - price, 0);
+const total = (prices) => prices.reduce((sum, price) => sum + price, 0);
*** End Patch
END`;
const CALLS = ['cat cart.mjs', PATCH, 'node cart.mjs'].map((cmd) => ({
  tool: 'exec_command',
  input: { cmd },
}));
const ARGUMENTS = [
  ...['exec', '--profile', 'claude'],
  ...['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', TASK],
];

/** A line of the agent's JSON output. */
interface Line {
  readonly type: string;
  readonly item?: { readonly type: string; readonly text?: string };
}

describe('Codex', function () {
  this.timeout(300_000);
  let program: string;
  let project: AgentProject | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(600_000);
    const folder = await installedOrSkip(this, '@openai/codex', VERSION);
    program = join(folder, 'node_modules/@openai/codex/bin/codex.js');
  });
  after(async () => {
    await project?.close();
    await headless?.stop();
  });

  it('repairs a program with its own tools, in one CLI process', async () => {
    project = await createAgentProject();
    headless = await startHeadless({
      args: ['--unknown-models', 'reject'],
      respond: scriptedModel(CALLS, FINAL_ANSWER),
    });
    await connectIn(project.home, 'codex', headless.url);
    const output = await project.run(process.execPath, [program, ...ARGUMENTS], {});
    assert.equal(await project.readSource(), REPAIRED);

    const messages = linesOf<Line>(output)
      .filter(({ type, item }) => type === 'item.completed' && item?.type === 'agent_message')
      .map(({ item }) => item?.text);
    assert.deepEqual(messages, ['Step 1.', 'Step 2.', 'Step 3.', FINAL_ANSWER]);

    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, CALLS.length + 1);
    const [read = '', patched = '', ran = ''] = resultsOf(rounds.at(-1)!);
    assert.ok(read.endsWith(`\n${BROKEN}`), read);
    assert.match(patched, /Success\. Updated the following files:\nM cart\.mjs\n/);
    assert.match(ran, /\ntotal=6\n$/);
  });
});
