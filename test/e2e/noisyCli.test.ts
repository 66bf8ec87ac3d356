import assert from 'node:assert/strict';
import { answerSteps, fakeCli, type FakeCli } from '../support/fakeCli.js';
import { chatOf, openChat, textOf } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { HAS_PROCESS_TABLE, residentBytes } from '../support/processTable.js';

const MIB = 1024 * 1024;
const SOAK = process.env['SOAK'] === '1';
const NOISE = (SOAK ? 1024 : 256) * MIB;
/** Allowed memory growth. The server keeps only the end of stderr, but the heap's young generation grows too. */
const MAX_GROWTH_BYTES = (SOAK ? 20 : 40) * MIB;

describe(`a CLI that writes ${NOISE / MIB} MB to stderr`, function () {
  this.timeout(240_000);
  let cli: FakeCli;
  let headless: Headless;

  before(async function () {
    if (!HAS_PROCESS_TABLE) this.skip();
    cli = await fakeCli({ steps: [{ do: 'stderr', bytes: NOISE }, ...answerSteps('fine')] });
    headless = await startHeadless({ args: ['--claude', cli.path] });
  });
  after(async () => {
    await headless?.stop({ lenient: true });
    await cli?.dispose();
  });

  async function answer(): Promise<string> {
    return textOf(await (await openChat(headless.url, chatOf('hi'))).rest());
  }

  it('is answered, with little memory', async () => {
    // During the first answer, the heap finds its size.
    assert.equal(await answer(), 'fine');
    const before = residentBytes(headless.pid);
    assert.equal(await answer(), 'fine');
    const growth = residentBytes(headless.pid) - before;
    console.log(`      memory ${(growth / MIB).toFixed(1)} MB`);
    assert.ok(growth < MAX_GROWTH_BYTES, `memory grew by ${(growth / MIB).toFixed(1)} MB`);
  });
});
