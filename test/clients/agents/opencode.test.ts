/** opencode, a whole agent, repairs a program through the endpoint: /v1/chat/completions, its own tools on a real disk. */
import assert from 'node:assert/strict';
import { startHeadless, type Headless } from '../../support/headless.js';
import { connectIn } from '../../support/connectGuide.js';
import { programOrSkip } from './install.js';
import { playing, resultsOf, roundsOf } from './script.js';
import { linesOf, openWorkshop, REPAIRED, TASK, type Workshop } from './workshop.js';

const VERSION = '1.18.33';
const GOODBYE = 'The total adds up now.';

const callsOn = (filePath: string) => [
  { tool: 'read', input: { filePath } },
  { tool: 'edit', input: { filePath, oldString: 'sum - price', newString: 'sum + price' } },
  { tool: 'bash', input: { command: 'node cart.mjs' } },
];

/** What it prints of itself. */
interface Line {
  readonly type: string;
  readonly part: { readonly text?: string; readonly state?: { readonly output: string } };
}

describe('opencode', function () {
  this.timeout(300_000);
  let program: string;
  let workshop: Workshop | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(600_000);
    // The package named opencode-ai holds nothing but an install script that puts this one in its place.
    program = await programOrSkip(this, 'opencode', VERSION, 'opencode');
  });
  after(async () => {
    await workshop?.close();
    await headless?.stop();
  });

  it('repairs a program with its own tools, in rounds of one live process', async () => {
    workshop = await openWorkshop();
    const calls = callsOn(workshop.cart);
    headless = await startHeadless({
      args: ['--unknown-models', 'reject'],
      respond: playing(calls, GOODBYE),
    });
    await connectIn(workshop.home, 'opencode', headless.url);
    const output = await workshop.run(program, ['run', '--format', 'json', TASK], {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    });
    assert.equal(await workshop.source(), REPAIRED);

    const lines = linesOf<Line>(output);
    const said = lines.filter(({ type }) => type === 'text').map(({ part }) => part.text);
    assert.deepEqual(said, ['Step 1.', 'Step 2.', 'Step 3.', GOODBYE]);

    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, calls.length + 1);
    const results = resultsOf(rounds.at(-1)!);
    assert.deepEqual(
      results,
      lines.filter(({ type }) => type === 'tool_use').map(({ part }) => part.state?.output),
    );
    assert.match(results[0] ?? '', /\/\/ Der Preis für alles, in € 🛒\n/);
    assert.equal(results[2], 'total=6\n');
    // Its other request, at the same time, is for a title.
    assert.equal(headless.standIn.requests.length, rounds.length + 1);
  });
});
