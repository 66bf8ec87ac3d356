// One suite in a process of its own: runs Mocha on a folder of compiled tests and tells the parent the counts
// and what failed.
import Mocha from 'mocha';

const [timeout, ...files] = process.argv.slice(2);
const mocha = new Mocha({ timeout: Number(timeout), reporter: 'spec', forbidOnly: true });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
/** @type {string[]} */
const failures = [];
const runner = mocha.run((count) => {
  const { passes, pending } = runner.stats;
  // Whatever the tests left open keeps this process from ending, and the parent notices.
  process.exitCode = count > 0 ? 1 : 0;
  process.send?.({ totals: { passed: passes, failed: count, skipped: pending }, failures });
});
runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}: ${error.message}`));
