// Counts of tests, and the line that ends every test run: "N passed, N failed, N skipped".

/** @typedef {{ passed: number, failed: number, skipped: number }} TestCounts */

/** @type {Readonly<TestCounts>} */
export const NO_TESTS = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

/**
 * @param {Readonly<TestCounts>} a
 * @param {Readonly<TestCounts>} b
 * @returns {TestCounts}
 */
export function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {Readonly<TestCounts>} counts */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Reads the summary line at the end of a run's output. Blank lines may follow it.
 * @param {string} output
 * @returns {TestCounts | undefined} `undefined` when the last line is not a summary line
 */
export function parseSummary(output) {
  const last = output.trimEnd().split(/\r?\n/).at(-1) ?? '';
  const match = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(last);
  if (match === null) return undefined;
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}
