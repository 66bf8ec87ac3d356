// Prints and counts test results, and runs the steps of a scenario.
import { NO_TESTS, addCounts } from '../../scripts/testCounts.mjs';

/** @typedef {[title: string, run: () => Promise<void>]} Step */
/** @typedef {import('./suite/index.ts').TestResult & { ms?: number }} Result a test result; `ms`: its duration */

/** @param {string} text */
const indent = (text) => text.replace(/^/gm, '      ');

export function createReport() {
  let totals = NO_TESTS;
  return {
    get totals() {
      return totals;
    },
    /** @param {string} text */
    title(text) {
      console.log(`\n  ${text}`);
    },
    /** @param {string} text */
    note(text) {
      console.log(`    ${text}`);
    },
    /** @param {Result} result */
    result({ title, state, error, ms }) {
      const mark = { passed: '✔', failed: '✗', skipped: '-' }[state];
      console.log(`    ${mark} ${title}${ms === undefined ? '' : ` (${Math.round(ms)}ms)`}`);
      if (error !== undefined) console.log(indent(error));
      totals = addCounts(totals, { ...NO_TESTS, [state]: 1 });
    },
  };
}

/** @typedef {ReturnType<typeof createReport>} Report */

/**
 * The stack of whatever was thrown.
 * @param {unknown} error
 */
export const stackOf = (error) => (error instanceof Error ? error.stack : undefined) ?? String(error);

/** Time limit of a step, for the slowest machine. A step that hangs fails its scenario and not the whole run. */
const STEP_MS = 240_000;

/** @param {() => Promise<void>} run */
async function withTimeout(run) {
  let timer;
  const timeout = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out after ${STEP_MS / 1000} s`)), STEP_MS);
  });
  try {
    await Promise.race([run(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs steps that build on each other: when one fails, the remaining ones are skipped.
 * @param {Report} report
 * @param {readonly Step[]} steps
 * @param {() => Promise<string>} describeFailure returns details for the report
 */
export async function runSteps(report, steps, describeFailure) {
  let failed = false;
  for (const [title, run] of steps) {
    const started = performance.now();
    if (failed) {
      report.result({ title: `${title} (after a failure)`, state: 'skipped' });
      continue;
    }
    try {
      await withTimeout(run);
      report.result({ title, state: 'passed', ms: performance.now() - started });
    } catch (error) {
      failed = true;
      const details = await describeFailure().catch((thrown) => String(thrown));
      report.result({ title, state: 'failed', error: `${stackOf(error)}\n${details}` });
    }
  }
}
