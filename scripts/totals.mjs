// Counts of tests, and the line that ends every run.

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/** @type {Readonly<Totals>} */
export const NOTHING = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

/**
 * @param {Readonly<Totals>} a
 * @param {Readonly<Totals>} b
 * @returns {Totals}
 */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {Readonly<Totals>} totals */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * The totals in a run's last line that is not blank; `undefined` when that is no totals line.
 * @param {string} output
 * @returns {Totals | undefined}
 */
export function parseTotals(output) {
  const last = output.trimEnd().split(/\r?\n/).at(-1) ?? '';
  const match = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(last);
  if (match === null) return undefined;
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}
