// The process that runs the tests of one suite with Mocha. Its one argument is the JSON of a MochaRun. It sends a
// MochaResult to its parent when the last test has ended.
import Mocha from 'mocha';

/** @typedef {{ files: readonly string[], timeoutMs: number, grep?: string }} MochaRun */
/** @typedef {{ title: string, failure?: string }} TestResult a test or hook that ran; `failure` is the error's message */
/** @typedef {{ counts: import('./testCounts.mjs').TestCounts, tests: TestResult[] }} MochaResult */

const { files, timeoutMs, grep } = /** @type {MochaRun} */ (JSON.parse(process.argv[2] ?? ''));
const mocha = new Mocha({ timeout: timeoutMs, reporter: 'spec', forbidOnly: true });
if (grep !== undefined) mocha.grep(grep);
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
/** @type {TestResult[]} */
const tests = [];
const runner = mocha.run((failed) => {
  const { passes = 0, pending = 0 } = runner.stats ?? {};
  // No process.exit(): a timer or server that a test left open keeps this process alive, and the parent reports it.
  process.exitCode = failed > 0 ? 1 : 0;
  /** @type {MochaResult} */
  const result = { counts: { passed: passes, failed, skipped: pending }, tests };
  process.send?.(result);
});
runner.on('pass', (test) => tests.push({ title: test.fullTitle() }));
runner.on('fail', (test, error) => tests.push({ title: test.fullTitle(), failure: error.message }));
