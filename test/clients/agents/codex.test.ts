/** OpenAI's Codex, a whole agent, repairs a program through the endpoint: /v1/responses, its own tools on a real disk. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startHeadless, type Headless } from '../../support/headless.js';
import { connectIn } from '../../support/connectGuide.js';
import { installedOrSkip } from './install.js';
import { playing, resultsOf, roundsOf } from './script.js';
import { FAULTY, linesOf, openWorkshop, REPAIRED, TASK, type Workshop } from './workshop.js';

const VERSION = '0.169.0';
const GOODBYE = 'The total adds up now.';
/** It has no tool to edit; it takes patches out of shell commands. */
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

/** What it prints of itself. */
interface Line {
  readonly type: string;
  readonly item?: { readonly type: string; readonly text?: string };
}

describe('Codex', function () {
  this.timeout(300_000);
  let program: string;
  let workshop: Workshop | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(600_000);
    const folder = await installedOrSkip(this, '@openai/codex', VERSION);
    program = join(folder, 'node_modules/@openai/codex/bin/codex.js');
  });
  after(async () => {
    await workshop?.close();
    await headless?.stop();
  });

  it('repairs a program with its own tools, in rounds of one live process', async () => {
    workshop = await openWorkshop();
    headless = await startHeadless({
      args: ['--unknown-models', 'reject'],
      respond: playing(CALLS, GOODBYE),
    });
    await connectIn(workshop.home, 'codex', headless.url);
    const output = await workshop.run(process.execPath, [program, ...ARGUMENTS], {});
    assert.equal(await workshop.source(), REPAIRED);

    const said = linesOf<Line>(output)
      .filter(({ type, item }) => type === 'item.completed' && item?.type === 'agent_message')
      .map(({ item }) => item?.text);
    assert.deepEqual(said, ['Step 1.', 'Step 2.', 'Step 3.', GOODBYE]);

    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, CALLS.length + 1);
    const [read = '', patched = '', ran = ''] = resultsOf(rounds.at(-1)!);
    assert.ok(read.endsWith(`\n${FAULTY}`), read);
    assert.match(patched, /Success\. Updated the following files:\nM cart\.mjs\n/);
    assert.match(ran, /\ntotal=6\n$/);
  });
});
