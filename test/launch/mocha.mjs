// One suite in a process of its own: runs Mocha on a folder of compiled tests and tells the parent the counts.
import Mocha from 'mocha';

const [timeout, ...files] = process.argv.slice(2);
const mocha = new Mocha({ timeout: Number(timeout), reporter: 'spec', forbidOnly: true });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
const runner = mocha.run((failures) => {
  const { passes, pending } = runner.stats;
  // Whatever the tests left open keeps this process from ending, and the parent notices.
  process.exitCode = failures > 0 ? 1 : 0;
  process.send?.({ passed: passes, failed: failures, skipped: pending });
});
