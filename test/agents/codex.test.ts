/** OpenAI's Codex with the profile of Connect a Client. It uses /v1/responses and its own tools on a real disk. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { recordResults } from '../support/clientSuite/results.js';
import { connectIn } from '../support/connectGuide.js';
import { installedOrSkip } from '../support/install.js';
import { agentRig, LISTED_MODELS_ONLY } from './agentRig.js';
import { resultsOf, roundsOf, scriptedModel } from './scriptedModel.js';
import { BROKEN, linesOf, REPAIRED, TASK } from '../support/agentProject.js';

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

/**
 * The tools of Codex depend on what it knows about a model. For this one, it sends a custom tool with a grammar, and lets
 * the model search for more tools.
 */
const CUSTOM_MODEL = 'gpt-5.5';
/** For this one, it sends all tools within namespaces in an input item, and the model writes programs that call them. */
const PROGRAM_MODEL = 'gpt-6-sol';
const CUSTOM_PATCH = `*** Begin Patch
*** Update File: cart.mjs
@@
-const total = (prices) => prices.reduce((sum, price) => sum - price, 0);
+const total = (prices) => prices.reduce((sum, price) => sum + price, 0);
*** End Patch
`;
const PROGRAM = `text((await tools.exec_command({ cmd: ${JSON.stringify(PATCH)} })).output)`;

/** A line of the agent's JSON output. */
interface Line {
  readonly type: string;
  readonly item?: { readonly type: string; readonly text?: string };
}

describe('Codex', function () {
  this.timeout(300_000);
  const rig = agentRig(async (context) =>
    join(await installedOrSkip(context, '@openai/codex', VERSION), 'node_modules/@openai/codex/bin/codex.js'),
  );

  recordResults({ client: 'Codex', api: 'OpenAI Responses', version: () => VERSION });

  it('repairs a program with its own tools, in one CLI process', async () => {
    const project = await rig.createProject();
    const headless = await rig.startServer({
      args: LISTED_MODELS_ONLY,
      respond: scriptedModel(CALLS, FINAL_ANSWER),
    });
    await connectIn(project.home, 'codex', headless.url);
    const output = await project.run(process.execPath, [rig.program, ...ARGUMENTS], {});
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

  for (const [model, tool, input] of [
    [CUSTOM_MODEL, 'apply_patch', CUSTOM_PATCH],
    [PROGRAM_MODEL, 'functions__exec', PROGRAM],
  ] as const) {
    it(`repairs a program with the custom tool that it has for ${model}`, async () => {
      const project = await rig.createProject();
      const headless = await rig.startServer({
        respond: scriptedModel([{ tool, input: { input } }], FINAL_ANSWER),
      });
      await connectIn(project.home, 'codex', headless.url);
      const args = [rig.program, ...ARGUMENTS, '--config', `model="${model}"`];
      const output = await project.run(process.execPath, args, {});
      assert.equal(await project.readSource(), REPAIRED);
      assert.ok(output.includes(FINAL_ANSWER), output);
      const rounds = roundsOf(headless.standIn);
      assert.equal(rounds.length, 2);
      const [patched = ''] = resultsOf(rounds.at(-1)!);
      assert.match(patched, /Success\. Updated the following files:\nM cart\.mjs\n/);
    });
  }
});
