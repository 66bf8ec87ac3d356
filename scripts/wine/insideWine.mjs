// Runs suites in Node for Windows, under wine. Its one argument is the path of a JSON file with a WineTask. It writes a
// WineResult for each suite.
import { readFileSync, writeFileSync } from 'node:fs';
import { runSuites } from '../suites.mjs';

/** @typedef {import('../suites.mjs').SelectedSuite} SelectedSuite */

/**
 * @typedef {object} WineTask
 * @property {readonly SelectedSuite[]} suites
 * @property {string | undefined} [grep]
 * @property {string} results the file for the JSON of WineResult[]
 */

/**
 * @typedef {object} WineResult
 * @property {string} suite
 * @property {import('../testCounts.mjs').TestCounts} counts
 * @property {readonly import('../mochaRunner.mjs').TestResult[]} tests
 * @property {readonly string[]} failures as `npm test` prints them; also what failed outside of tests
 */

const { suites, grep, results } = /** @type {WineTask} */ (
  JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
);

/** @type {WineResult[]} */
const all = [];
for (const suite of suites) {
  /** @type {import('../mochaRunner.mjs').TestResult[]} */
  const tests = [];
  /** @type {string[]} */
  const failures = [];
  const counts = await runSuites([suite], { env: process.env, grep, tests, failures }, 1);
  all.push({ suite: suite.name, counts, tests, failures });
}
writeFileSync(results, JSON.stringify(all));
