// Runs one suite, prints what it prints, and returns its counts.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ending } from './child.mjs';
import { inRoot, root } from './place.mjs';
import { NOTHING, parseTotals } from './totals.mjs';

/** @typedef {import('./totals.mjs').Totals} Totals */

/** The suites of `npm test`, fast first. */
export const SUITES = ['unit', 'http', 'repository', 'claude', 'clients', 'e2e', 'adversary', 'extension'];

const TEST_TIMEOUT_MS = 30_000;
/** How long a suite may take to end after its last test. Longer means that a test left something open. */
const EXIT_GRACE_MS = 15_000;

/**
 * @param {string} suite
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} editorOptions for the tests inside VS Code
 * @param {string[]} failures gets what failed, for the end of the run
 * @returns {Promise<Totals>}
 */
export async function runSuite(suite, env, editorOptions, failures) {
  console.log(`\n━━ ${suite} ${'━'.repeat(Math.max(0, 76 - suite.length))}`);
  return suite === 'extension'
    ? runExtension(env, editorOptions, failures)
    : runFiles(suite, testFiles(suite), env, failures);
}

/**
 * Runs Mocha on files, in a process of its own.
 * @param {string} suite its name, for people
 * @param {readonly string[]} files
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} failures gets what failed
 * @param {number} graceMs how long the process may take to end after its last test
 * @returns {Promise<Totals>} a process that crashes, overstays or contradicts its counts adds a failure
 */
export async function runFiles(suite, files, env, failures, graceMs = EXIT_GRACE_MS) {
  const broken = failing(suite, failures);
  if (files.length === 0) return skip(suite, 'it has no tests');
  const child = spawn(
    process.execPath,
    [inRoot('test/launch/mocha.mjs'), String(TEST_TIMEOUT_MS), ...files],
    { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
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

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} options
 * @param {string[]} failures
 */
async function runExtension(env, options, failures) {
  const broken = failing('extension', failures);
  const script = inRoot('test/extension/run.mjs');
  if (!existsSync(script)) return skip('extension', 'it has no tests');
  const child = spawn(process.execPath, [script, ...options], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    process.stdout.write(text);
  });
  const { code, signal } = await ending(child);
  const totals = parseTotals(output);
  for (const [, title] of output.matchAll(/^ +✗ (.*)$/gm)) failures.push(`extension: ${title}`);
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
 * @returns {Totals}
 */
function skip(suite, reason) {
  console.log(`  skipped: the suite "${suite}", because ${reason}`);
  return { ...NOTHING, skipped: 1 };
}

/**
 * What adds a failure of the suite as a whole to its counts.
 * @param {string} suite
 * @param {string[]} failures
 */
function failing(suite, failures) {
  /**
   * @param {Readonly<Totals>} totals
   * @param {string} reason
   * @returns {Totals}
   */
  return (totals, reason) => {
    failures.push(`the suite "${suite}", because ${reason}`);
    console.log(`  failed: ${failures.at(-1)}`);
    return { ...totals, failed: totals.failed + 1 };
  };
}
