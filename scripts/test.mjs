// npm test [-- SUITE | FILE…] [--grep TEXT] [--soak] [--desktop | --wine] [--record]: installs, builds, compiles and runs the tests.
// The last line of its output is "N passed, N failed, N skipped", over all suites. testSelection.mjs documents the arguments.
import { resultsFolder, writeTable } from './clientTable.mjs';
import { callerFolder } from './paths.mjs';
import { build, compileTests, install, runMain } from './setup.mjs';
import { runSuites } from './suites.mjs';
import { summaryLine } from './testCounts.mjs';
import { selectTests } from './testSelection.mjs';
import { runUnderWine } from './wine/run.mjs';

/** As many as a small machine has processors. With --soak, a suite has the machine for itself. */
const PARALLEL_SUITES = 2;

await runMain(async () => {
  const selection = selectTests(process.argv.slice(2), callerFolder('test'));
  const { suites, grep, soak, desktop, wine, record } = selection;
  await install();
  await build();
  await compileTests();
  const results = record ? { CLIENT_RESULTS: resultsFolder() } : {};
  /** @type {string[]} */
  const failures = [];
  const run = {
    env: { ...process.env, ...(soak ? { SOAK: '1' } : {}), ...results },
    grep,
    editorOptions: desktop ? ['--desktop'] : [],
    failures,
  };
  let counts = wine
    ? await runUnderWine({ suites, grep, failures })
    : await runSuites(suites, run, soak ? 1 : Math.min(PARALLEL_SUITES, suites.length));
  if (grep !== undefined && counts.passed + counts.failed === 0) {
    counts = { ...counts, failed: 1 };
    failures.push(`no test matches --grep ${grep}`);
  }
  if (results.CLIENT_RESULTS !== undefined) await writeTable(results.CLIENT_RESULTS);
  if (counts.failed > 0) process.exitCode = 1;
  // Repeated at the end, for logs that keep only the last part of a long run.
  if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n').replace(/^/gm, '  ')}`);
  console.log(`\n${summaryLine(counts)}`);
});
