// Tells failures of the product from what wine cannot do.
import { EXCEPTIONS } from './exceptions.mjs';

/** @typedef {import('./insideWine.mjs').WineResult} WineResult */
/** @typedef {import('./exceptions.mjs').Exception} Exception */

/**
 * @typedef {object} Outcome
 * @property {string} suite
 * @property {number} passed
 * @property {number} impossible tests that fail under wine for a reason that EXCEPTIONS states
 * @property {number} skipped
 * @property {readonly string[]} failures all other failures, and exceptions that are wrong
 */

/**
 * Judges the result of a suite. A test that an exception names must fail: otherwise the exception is wrong. Pure.
 * @param {WineResult} result
 * @param {readonly Exception[]} [exceptions]
 * @returns {Outcome}
 */
export function judge({ suite, counts, tests, failures }, exceptions = EXCEPTIONS) {
  const own = exceptions.filter((exception) => exception.suite === suite);
  /** @param {string} title */
  const isExcepted = (title) => own.some(({ tests: named }) => named.test(title));
  const failed = tests.filter(({ failure }) => failure !== undefined);
  const unexplained = failed
    .filter(({ title }) => !isExcepted(title))
    .map(({ title, failure }) => `${suite}: ${title}: ${failure}`);
  const wrong = tests
    .filter(({ title, failure }) => failure === undefined && isExcepted(title))
    .map(({ title }) => `${suite}: ${title}: it passes, but scripts/wine/exceptions.mjs says that it cannot`);
  // What failed outside of tests, such as a process that does not end.
  const others = failures.slice(failed.length);
  return {
    suite,
    passed: counts.passed,
    impossible: failed.length - unexplained.length,
    skipped: counts.skipped,
    failures: [...unexplained, ...wrong, ...others],
  };
}
