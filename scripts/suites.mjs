// Runs one suite, prints what it prints, and returns its counts.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ending } from './child.mjs';
import { inRoot, root } from './place.mjs';
import { add, NOTHING, parseTotals } from './totals.mjs';

/** @typedef {import('./totals.mjs').Totals} Totals */

/** The suites of `npm test`, fast first, and then the longest. */
export const SUITES = ['unit', 'http', 'repository', 'extension', 'claude', 'e2e', 'adversary', 'clients'];

/**
 * What the suites of a run share.
 * @typedef {object} Run
 * @property {NodeJS.ProcessEnv} env
 * @property {readonly string[]} editorOptions for the tests inside VS Code
 * @property {string[]} failures gets what failed, for the end of the run
 * @property {(text: string) => void} write where output goes
 */

const TEST_TIMEOUT_MS = 60_000;
/** How long a suite may take to end after its last test. Longer means that a test left something open. */
const EXIT_GRACE_MS = 15_000;

/**
 * Runs suites, several at a time: most of their time they wait for processes and editors. Output comes whole, suite by
 * suite, where more than one runs.
 * @param {readonly string[]} suites
 * @param {Omit<Run, 'write'>} run
 * @param {number} atOnce
 * @returns {Promise<Totals>}
 */
export async function runSuites(suites, run, atOnce) {
  const queue = [...suites];
  let totals = NOTHING;
  const lane = async () => {
    for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
      let held = '';
      /** @param {string} text */
      const write = (text) => {
        if (atOnce === 1) process.stdout.write(text);
        else held += text;
      };
      const counts = await runSuite(suite, { ...run, write });
      totals = add(totals, counts);
      process.stdout.write(held);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return totals;
}

/**
 * @param {string} suite
 * @param {Run} run
 * @returns {Promise<Totals>}
 */
async function runSuite(suite, run) {
  run.write(`\n━━ ${suite} ${'━'.repeat(Math.max(0, 76 - suite.length))}\n`);
  return suite === 'extension' ? runExtension(run) : runFiles(suite, testFiles(suite), run);
}

/**
 * Runs Mocha on files, in a process of its own.
 * @param {string} suite its name, for people
 * @param {readonly string[]} files
 * @param {Omit<Run, 'editorOptions'>} run
 * @param {number} graceMs how long the process may take to end after its last test
 * @returns {Promise<Totals>} a process that crashes, overstays or contradicts its counts adds a failure
 */
export async function runFiles(suite, files, run, graceMs = EXIT_GRACE_MS) {
  const { env, failures, write } = run;
  const broken = failing(suite, run);
  if (files.length === 0) return skip(suite, 'it has no tests', write);
  const child = spawn(process.execPath, [inRoot('scripts/mocha.mjs'), String(TEST_TIMEOUT_MS), ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', write);
  /** @type {Totals | undefined} */
  let totals;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let grace;
  let overstayed = false;
  child.on('message', (message) => {
    const told = /** @type {{ totals: Totals, failures: string[] }} */ (message);
    totals = told.totals;
    failures.push(...told.failures.map((title) => `${suite}: ${title}`));
    grace = setTimeout(() => {
      overstayed = true;
      child.kill('SIGKILL');
    }, graceMs);
  });
  const { code, signal } = await ending(child);
  clearTimeout(grace);
  if (totals === undefined) return broken(NOTHING, `it ended early (${signal ?? `exit code ${code}`})`);
  if (overstayed) return broken(totals, `it did not end within ${graceMs / 1000} s of its last test`);
  if (code !== 0 && totals.failed === 0)
    return broken(totals, `it ended with ${signal ?? `exit code ${code}`}`);
  return totals;
}

/** @param {Run} run */
async function runExtension(run) {
  const { env, editorOptions, failures, write } = run;
  const broken = failing('extension', run);
  const script = inRoot('test/extension/run.mjs');
  if (!existsSync(script)) return skip('extension', 'it has no tests', write);
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
  const { code, signal } = await ending(child);
  const totals = parseTotals(output);
  for (const [, title, why] of output.matchAll(/^ +✗ (.*)\n(?: {6}(.*))?/gm)) {
    failures.push(`extension: ${title}${why === undefined ? '' : `: ${why}`}`);
  }
  if (totals === undefined) return broken(NOTHING, `it printed no totals (${signal ?? `exit code ${code}`})`);
  if (code !== 0 && totals.failed === 0)
    return broken(totals, `it ended with ${signal ?? `exit code ${code}`}`);
  return totals;
}

/**
 * The compiled test files of a suite, in the order of their names.
 * @param {string} suite
 */
function testFiles(suite) {
  const folder = inRoot(`out/test/${suite}`);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith('.test.js'))
    .sort()
    .map((file) => join(folder, file));
}

/**
 * @param {string} suite
 * @param {string} reason
 * @param {Run['write']} write
 * @returns {Totals}
 */
function skip(suite, reason, write) {
  write(`  skipped: the suite "${suite}", because ${reason}\n`);
  return { ...NOTHING, skipped: 1 };
}

/**
 * What adds a failure of the suite as a whole to its counts.
 * @param {string} suite
 * @param {Pick<Run, 'failures' | 'write'>} run
 */
function failing(suite, { failures, write }) {
  /**
   * @param {Readonly<Totals>} totals
   * @param {string} reason
   * @returns {Totals}
   */
  return (totals, reason) => {
    failures.push(`the suite "${suite}", because ${reason}`);
    write(`  failed: ${failures.at(-1)}\n`);
    return { ...totals, failed: totals.failed + 1 };
  };
}
