/** Kilo's command line with the configuration of Connect a Client. It uses /v1/chat/completions and its own tools. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordResults } from '../support/clientSuite/results.js';
import { snippetOf } from '../support/connectGuide.js';
import { programOrSkip } from '../support/install.js';
import { agentRig, LISTED_MODELS_ONLY } from './agentRig.js';
import { roundsOf, scriptedModel } from './scriptedModel.js';
import { linesOf, REPAIRED, TASK } from '../support/agentProject.js';

const VERSION = '7.7.9';
const FINAL_ANSWER = 'The total adds up now.';

const callsOn = (filePath: string) => [
  { tool: 'read', input: { filePath } },
  { tool: 'edit', input: { filePath, oldString: 'sum - price', newString: 'sum + price' } },
];

/** A line of the agent's JSON output. */
interface Line {
  readonly type: string;
  readonly part: { readonly text?: string };
}

describe('Kilo', function () {
  this.timeout(300_000);
  const rig = agentRig((context) => {
    if (process.env['SOAK'] !== '1') {
      console.log('    skipped: a fork of opencode with 228 MB to download; npm run test:soak runs it');
      context.skip();
    }
    // The package `@kilocode/cli` installs one of these packages, by platform.
    return programOrSkip(context, '@kilocode/cli', VERSION, 'kilo');
  });

  recordResults({ client: 'Kilo Code', api: 'OpenAI chat', version: () => VERSION });

  it('repairs a program with its own tools, in one CLI process', async () => {
    const project = await rig.createProject();
    const calls = callsOn(project.sourceFile);
    const headless = await rig.startServer({
      args: LISTED_MODELS_ONLY,
      respond: scriptedModel(calls, FINAL_ANSWER),
    });
    const folder = join(project.home, '.config/kilo');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'kilo.json'), snippetOf('kilo', headless.url));
    const output = await project.run(rig.program, ['run', '--auto', '--format', 'json', TASK], {
      KILO_DISABLE_AUTOUPDATE: '1',
      KILO_DISABLE_MODELS_FETCH: '1',
    });
    assert.equal(await project.readSource(), REPAIRED);
    const texts = linesOf<Line>(output)
      .filter(({ type }) => type === 'text')
      .map(({ part }) => part.text);
    assert.deepEqual(texts, ['Step 1.', 'Step 2.', FINAL_ANSWER]);
    assert.equal(roundsOf(headless.standIn).length, calls.length + 1);
  });
});
