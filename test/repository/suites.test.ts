import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from './repository.js';

/** Longer than any process needs to exit. */
const AMPLE_MS = 30_000;
const SUITES_MODULE = pathToFileURL(join(root, 'scripts/suites.mjs')).href;

interface Outcome {
  readonly counts: object;
  readonly failures: readonly string[];
  /** What the run printed. */
  readonly output: string;
}

/** Runs the expression `call` of scripts/suites.mjs, whose variable `run` holds the options that suites share. */
async function runSuitesModule(call: string, grep?: string): Promise<Outcome> {
  const script = `
    import { runFiles, runSuites } from ${JSON.stringify(SUITES_MODULE)};
    const grep = ${JSON.stringify(grep)};
    const run = { env: process.env, grep, failures: [], write: (text) => process.stdout.write(text) };
    const counts = await ${call};
    console.log(JSON.stringify({ counts, failures: run.failures }));`;
  const args = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const last = stdout.trimEnd().split('\n').at(-1)!;
  return { ...(JSON.parse(last) as { counts: object; failures: string[] }), output: stdout };
}

describe('the runner of the suites', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'claude-suites-'));
  });

  after(() => rm(folder, { recursive: true }));

  /** Runs one file of tests as a suite. */
  async function run(source: string, { graceMs = AMPLE_MS, grep }: { graceMs?: number; grep?: string } = {}) {
    const file = join(folder, 'one.test.mjs');
    await writeFile(file, source);
    return runSuitesModule(`runFiles(${JSON.stringify({ name: 'one', files: [file], graceMs })}, run)`, grep);
  }

  it('adds the counts of suites that run in parallel', async () => {
    const { counts } = await runSuitesModule(`runSuites([{ name: 'none' }, { name: 'empty' }], run, 2)`);
    assert.deepEqual(counts, { passed: 0, failed: 0, skipped: 2 });
  });

  it('counts passed, failed and skipped tests, and shows them', async () => {
    const { counts, failures, output } = await run(`
      it('works', () => {});
      it('works too', async () => {});
      it('breaks', () => { throw new Error('on purpose'); });
      it.skip('rests', () => {});`);
    assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 1 });
    assert.match(output, /works too[^]*on purpose/);
    assert.deepEqual(failures, ['one: breaks: on purpose']);
  });

  it('counts a process that ends early as a failure', async () => {
    const { counts, failures, output } = await run(`it('exits', () => process.exit(0));`);
    assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
    assert.match(output, /ended early/);
    assert.deepEqual(failures, ['the suite "one", because it ended early (exit code 0)']);
  });

  it('counts a file that cannot be loaded as a failure', async () => {
    const { counts } = await run(`import './missing.mjs';`);
    assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a resource left open after the last test as a failure', async () => {
    const { counts, output } = await run(`it('forgets a timer', () => { setInterval(() => {}, 1000); });`, {
      graceMs: 100,
    });
    assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
    assert.match(output, /did not end within/);
  });

  it('refuses a run that was narrowed with "only"', async () => {
    const { counts } = await run(`it.only('alone', () => {});`);
    assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
  });

  it('runs only the tests whose full title matches --grep', async () => {
    const source = `
      describe('GET /api/tags', () => { it('lists models', () => {}); it('rests', () => {}); });
      it('lists nothing', () => { throw new Error('on purpose'); });`;
    assert.deepEqual((await run(source, { grep: 'tags lists' })).counts, {
      passed: 1,
      failed: 0,
      skipped: 0,
    });
    assert.deepEqual((await run(source, { grep: '^lists' })).counts, { passed: 0, failed: 1, skipped: 0 });
    assert.deepEqual((await run(source, { grep: 'absent' })).counts, { passed: 0, failed: 0, skipped: 0 });
  });

  it('runs a single test file by its path', async () => {
    const suites = [{ name: 'unit', files: ['test/unit/core/lineSplitter.test.ts'] }];
    const { counts, output } = await runSuitesModule(`runSuites(${JSON.stringify(suites)}, run, 1)`, '.');
    const { passed } = counts as { passed: number };
    assert.deepEqual(counts, { passed, failed: 0, skipped: 0 });
    assert.ok(passed > 0);
    assert.match(output, /━━ unit/);
  });

  it('skips the extension suite, with the reason, when there is a --grep', async () => {
    const { counts, output } = await runSuitesModule(`runSuites([{ name: 'extension' }], run, 1)`, 'text');
    assert.deepEqual(counts, { passed: 0, failed: 0, skipped: 1 });
    assert.match(output, /skipped: the suite "extension", because --grep is not supported for it/);
  });
});
