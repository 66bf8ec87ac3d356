// npm test [-- suites] [--soak] [--desktop]: sets up, runs the suites and ends with the line that adds them up.
// --soak runs them at full length; --desktop runs the extension's tests in a desktop VS Code too.
import { build, compileTests, install, launch } from './setup.mjs';
import { runSuites, SUITES } from './suites.mjs';
import { totalsLine } from './totals.mjs';

const OPTIONS = new Set(['--soak', '--desktop']);
/** As many as a small machine has processors. At full length a suite has the machine for itself. */
const AT_ONCE = 2;
const args = process.argv.slice(2);
const named = args.filter((argument) => !argument.startsWith('--'));
const unknown = [
  ...args.filter((argument) => argument.startsWith('--') && !OPTIONS.has(argument)),
  ...named.filter((name) => !SUITES.includes(name)),
];

await launch(async () => {
  if (unknown.length > 0) {
    throw new Error(
      `Unknown: ${unknown.join(', ')}. Usage: npm test -- [--soak] [--desktop] [${SUITES.join('|')}]…`,
    );
  }
  await install();
  await build();
  await compileTests();
  const soak = args.includes('--soak');
  const env = soak ? { ...process.env, SOAK: '1' } : process.env;
  const suites = SUITES.filter((suite) => named.length === 0 || named.includes(suite));
  const editorOptions = args.filter((argument) => argument === '--desktop');
  /** @type {string[]} */
  const failures = [];
  const atOnce = soak ? 1 : Math.min(AT_ONCE, suites.length);
  const totals = await runSuites(suites, { env, editorOptions, failures }, atOnce);
  if (totals.failed > 0) process.exitCode = 1;
  // Once more, where a log that keeps only the end of a long run still has them.
  if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n').replace(/^/gm, '  ')}`);
  console.log(`\n${totalsLine(totals)}`);
});
