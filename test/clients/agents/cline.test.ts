/** Cline's command line, configured by the file that Connect a Client writes, repairs a program: /api/chat, its own tools. */
import assert from 'node:assert/strict';
import { startHeadless, type Headless } from '../../support/headless.js';
import { connectIn } from '../../support/connectGuide.js';
import { programOrSkip } from './install.js';
import { playing, resultsOf, roundsOf } from './script.js';
import { linesOf, openWorkshop, REPAIRED, TASK, type Workshop } from './workshop.js';

const VERSION = '3.0.65';
const GOODBYE = 'The total adds up now.';

const callsOn = (path: string) => [
  { tool: 'read_files', input: { files: [{ path }] } },
  { tool: 'editor', input: { path, old_text: 'sum - price', new_text: 'sum + price' } },
  { tool: 'run_commands', input: { commands: ['node cart.mjs'] } },
];

/** What it prints of itself. */
interface Line {
  readonly type: string;
  readonly finishReason?: string;
  readonly text?: string;
}

describe('Cline', function () {
  this.timeout(300_000);
  let program: string;
  let workshop: Workshop | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(600_000);
    // The package named cline picks one of these.
    program = await programOrSkip(this, '@cline/cli', VERSION, 'cline');
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
    await connectIn(workshop.home, 'cline', headless.url);
    // Without a daemon that would stay behind.
    const output = await workshop.run(program, ['--json', TASK], { CLINE_SESSION_BACKEND_MODE: 'local' });
    assert.equal(await workshop.source(), REPAIRED);
    const result = linesOf<Line>(output).find(({ type }) => type === 'run_result');
    assert.equal(result?.finishReason, 'completed');
    assert.equal(result?.text, GOODBYE);
    const rounds = roundsOf(headless.standIn);
    assert.equal(rounds.length, calls.length + 1);
    assert.match(resultsOf(rounds.at(-1)!)[2] ?? '', /total=6/);
  });
});
