// Runs test suites, prints their output and returns their counts.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { waitForExit } from './childProcess.mjs';
import { inRoot, root } from './paths.mjs';
import { addCounts, NO_TESTS, parseSummary } from './testCounts.mjs';

/** @typedef {import('./testCounts.mjs').TestCounts} TestCounts */
/** @typedef {import('./testSelection.mjs').SelectedSuite} SelectedSuite */

/**
 * What the suites of a run share.
 * @typedef {object} Run
 * @property {NodeJS.ProcessEnv} env
 * @property {string | undefined} [grep] only tests whose title matches
 * @property {readonly string[]} [editorOptions] arguments for test/extension/run.mjs
 * @property {string[]} failures collects the titles of what failed, for the end of the run
 * @property {import('./mochaRunner.mjs').TestResult[]} [tests] collects the results of the tests that Mocha ran
 */

/** @typedef {Run & { write: (text: string) => void }} SuiteRun what one suite gets; `write` takes its output */

const TEST_TIMEOUT_MS = 60_000;
/** How long a suite may take to exit after its last test. Longer means that a test left something open. */
const EXIT_GRACE_MS = 15_000;

/**
 * Runs suites, `parallel` of them at once, because most of their time they wait for processes and editors. If several
 * run at once, the output of each is printed as a whole when it ends.
 * @param {readonly SelectedSuite[]} suites
 * @param {Run} run
 * @param {number} parallel
 * @returns {Promise<TestCounts>}
 */
export async function runSuites(suites, run, parallel) {
  const queue = [...suites];
  let counts = NO_TESTS;
  const worker = async () => {
    for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
      let buffered = '';
      /** @param {string} text */
      const write = (text) => {
        if (parallel === 1) process.stdout.write(text);
        else buffered += text;
      };
      const suiteCounts = await runSuite(suite, { ...run, write });
      // Read `counts` only after the await: other workers change it meanwhile.
      counts = addCounts(counts, suiteCounts);
      process.stdout.write(buffered);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return counts;
}

/**
 * @param {SelectedSuite} suite
 * @param {SuiteRun} run
 * @returns {Promise<TestCounts>}
 */
function runSuite({ name, files }, run) {
  run.write(`\n━━ ${name} ${'━'.repeat(Math.max(0, 76 - name.length))}\n`);
  if (name === 'extension') return runExtension(run);
  if (name === 'windows' && process.platform !== 'win32') {
    const counts = skip(name, 'this is not Windows; npm test -- --wine runs it under wine', run.write);
    return Promise.resolve(counts);
  }
  return runFiles({ name, files: files === undefined ? testFiles(name) : files.map(compiled) }, run);
}

/**
 * Runs Mocha on compiled test files, in a process of its own.
 * @param {{ name: string, files: readonly string[], graceMs?: number }} suite `graceMs`: how long the process may take to
 *   exit after its last test
 * @param {SuiteRun} run
 * @returns {Promise<TestCounts>} a process that crashes, does not exit in time or contradicts its counts adds a failure
 */
export async function runFiles({ name, files, graceMs = EXIT_GRACE_MS }, run) {
  const { env, grep, failures, tests, write } = run;
  if (files.length === 0) return skip(name, 'it has no tests', write);
  /** @type {import('./mochaRunner.mjs').MochaRun} */
  const mochaRun = { files, timeoutMs: TEST_TIMEOUT_MS, ...(grep === undefined ? {} : { grep }) };
  const child = spawn(process.execPath, [inRoot('scripts/mochaRunner.mjs'), JSON.stringify(mochaRun)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', write);
  /** @type {TestCounts | undefined} */
  let counts;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let grace;
  let killed = false;
  child.on('message', (message) => {
    const result = /** @type {import('./mochaRunner.mjs').MochaResult} */ (message);
    counts = result.counts;
    tests?.push(...result.tests);
    for (const { title, failure } of result.tests) {
      if (failure !== undefined) failures.push(`${name}: ${title}: ${failure}`);
    }
    grace = setTimeout(() => {
      killed = true;
      child.kill('SIGKILL');
    }, graceMs);
  });
  const exit = await waitForExit(child);
  clearTimeout(grace);
  if (killed && counts !== undefined) {
    return addFailure(counts, name, `it did not end within ${graceMs / 1000} s of its last test`, run);
  }
  return checkExit(name, counts, exit, run);
}

/**
 * @param {SuiteRun} run
 * @returns {Promise<TestCounts>}
 */
async function runExtension(run) {
  const { env, grep, editorOptions = [], failures, write } = run;
  if (grep !== undefined) return skip('extension', '--grep is not supported for it', write);
  const script = inRoot('test/extension/run.mjs');
  const child = spawn(process.execPath, [script, ...editorOptions], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.setEncoding('utf8').on('data', write);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    write(text);
  });
  const exit = await waitForExit(child);
  for (const [, title, why] of output.matchAll(/^ +✗ (.*)\n(?: {6}(.*))?/gm)) {
    failures.push(`extension: ${title}${why === undefined ? '' : `: ${why}`}`);
  }
  return checkExit('extension', parseSummary(output), exit, run);
}

/**
 * Compares the counts that a suite reported with the exit of its process.
 * @param {string} suite
 * @param {TestCounts | undefined} counts `undefined` when it reported none
 * @param {Awaited<ReturnType<typeof waitForExit>>} exit
 * @param {SuiteRun} run
 * @returns {TestCounts}
 */
function checkExit(suite, counts, { code, signal }, run) {
  const exit = signal ?? `exit code ${code}`;
  if (counts === undefined) return addFailure(NO_TESTS, suite, `it ended early (${exit})`, run);
  if (code !== 0 && counts.failed === 0) return addFailure(counts, suite, `it ended with ${exit}`, run);
  return counts;
}

/**
 * The compiled test files of a suite, sorted by name.
 * @param {string} suite
 */
function testFiles(suite) {
  const folder = `out/test/${suite}`;
  if (!existsSync(inRoot(folder))) return [];
  const files = readdirSync(inRoot(folder), { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith('.test.js'))
    .sort()
    .map((file) => inRoot(`${folder}/${file}`));
}

/**
 * The compiled form of a test file.
 * @param {string} file relative to the repository's folder
 */
const compiled = (file) => inRoot(`out/${file.replace(/\.ts$/, '.js')}`);

/**
 * @param {string} suite
 * @param {string} reason
 * @param {SuiteRun['write']} write
 * @returns {TestCounts}
 */
function skip(suite, reason, write) {
  write(`  skipped: the suite "${suite}", because ${reason}\n`);
  return { ...NO_TESTS, skipped: 1 };
}

/**
 * Adds a failure of the suite as a whole to its counts.
 * @param {Readonly<TestCounts>} counts
 * @param {string} suite
 * @param {string} reason
 * @param {Pick<SuiteRun, 'failures' | 'write'>} run
 * @returns {TestCounts}
 */
function addFailure(counts, suite, reason, { failures, write }) {
  const failure = `the suite "${suite}", because ${reason}`;
  failures.push(failure);
  write(`  failed: ${failure}\n`);
  return { ...counts, failed: counts.failed + 1 };
}
