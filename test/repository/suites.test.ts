import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from './repository.js';

/** Longer than any process needs to end. */
const AMPLE_MS = 30_000;

describe('the runner of the suites', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'claude-suites-'));
  });

  after(() => rm(folder, { recursive: true }));

  /** Runs one file of tests as a suite; its counts and what it printed. */
  async function run(
    source: string,
    graceMs = AMPLE_MS,
  ): Promise<{ totals: object; failures: string[]; output: string }> {
    const file = join(folder, 'one.test.mjs');
    await writeFile(file, source);
    const suites = pathToFileURL(join(root, 'scripts/suites.mjs')).href;
    const script = `
      import { runFiles } from ${JSON.stringify(suites)};
      const run = { env: process.env, failures: [], write: (text) => process.stdout.write(text) };
      const totals = await runFiles('one', ${JSON.stringify([file])}, run, ${graceMs});
      console.log(JSON.stringify({ totals, failures: run.failures }));`;
    const args = ['--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const lines = stdout.trimEnd().split('\n');
    return { ...(JSON.parse(lines.at(-1)!) as { totals: object; failures: string[] }), output: stdout };
  }

  it('counts passed, failed and skipped tests, and shows them', async () => {
    const { totals, failures, output } = await run(`
      it('works', () => {});
      it('works too', async () => {});
      it('breaks', () => { throw new Error('on purpose'); });
      it.skip('rests', () => {});`);
    assert.deepEqual(totals, { passed: 2, failed: 1, skipped: 1 });
    assert.match(output, /works too[^]*on purpose/);
    assert.deepEqual(failures, ['one: breaks: on purpose']);
  });

  it('counts a process that ends early as a failure', async () => {
    const { totals, failures, output } = await run(`it('exits', () => process.exit(0));`);
    assert.deepEqual(totals, { passed: 0, failed: 1, skipped: 0 });
    assert.match(output, /ended early/);
    assert.deepEqual(failures, ['the suite "one", because it ended early (exit code 0)']);
  });

  it('counts a file that cannot be loaded as a failure', async () => {
    const { totals } = await run(`import './missing.mjs';`);
    assert.deepEqual(totals, { passed: 0, failed: 1, skipped: 0 });
  });

  it('counts something left open after the last test as a failure', async () => {
    const { totals, output } = await run(
      `it('forgets a timer', () => { setInterval(() => {}, 1000); });`,
      100,
    );
    assert.deepEqual(totals, { passed: 1, failed: 1, skipped: 0 });
    assert.match(output, /did not end within/);
  });

  it('refuses a run that was narrowed with "only"', async () => {
    const { totals } = await run(`it.only('alone', () => {});`);
    assert.deepEqual(totals, { passed: 0, failed: 1, skipped: 0 });
  });
});
