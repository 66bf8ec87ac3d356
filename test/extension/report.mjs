// Prints results as they come and counts them.
import { NO_TESTS, addCounts } from '../../scripts/testCounts.mjs';

const indent = (text) => text.replace(/^/gm, '      ');

export function createReport() {
  let totals = NO_TESTS;
  return {
    get totals() {
      return totals;
    },
    title(text) {
      console.log(`\n  ${text}`);
    },
    note(text) {
      console.log(`    ${text}`);
    },
    /** @param {import('./suite/index.ts').TestResult} result */
    result({ title, state, error, ms }) {
      const mark = { passed: '✔', failed: '✗', skipped: '-' }[state];
      console.log(`    ${mark} ${title}${ms === undefined ? '' : ` (${Math.round(ms)}ms)`}`);
      if (error !== undefined) console.log(indent(error));
      totals = addCounts(totals, { ...NO_TESTS, [state]: 1 });
    },
  };
}

/** @typedef {ReturnType<typeof createReport>} Report */

/** What a step may take on the slowest machine. One that hangs ends the run of its editor, not that of all tests. */
const STEP_MS = 240_000;

/** @param {() => Promise<void>} run */
async function withinTime(run) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${STEP_MS / 1000} s`)), STEP_MS);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs steps that build on each other: after one has failed, the rest is skipped.
 * @param {Report} report
 * @param {[title: string, run: () => Promise<void>][]} steps
 * @param {() => Promise<string>} onFailure says more about the failure
 */
export async function runSteps(report, steps, onFailure) {
  let broken = false;
  for (const [title, run] of steps) {
    const begun = performance.now();
    if (broken) {
      report.result({ title: `${title} (after a failure)`, state: 'skipped' });
      continue;
    }
    try {
      await withinTime(run);
      report.result({ title, state: 'passed', ms: performance.now() - begun });
    } catch (error) {
      broken = true;
      const more = await onFailure().catch((thrown) => String(thrown));
      report.result({ title, state: 'failed', error: `${error.stack}\n${more}` });
    }
  }
}
