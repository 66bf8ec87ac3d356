import { setTimeout as delay } from 'node:timers/promises';

const DEFAULT_TIMEOUT_MS = 25_000;
const INTERVAL_MS = 10;

/**
 * Reads a value repeatedly until it fits, and returns it.
 * @template T
 * @param {string} what names the value in the error message
 * @param {() => T | Promise<T>} read
 * @param {object} [options]
 * @param {(value: T) => boolean} [options.fits] without it, any true value fits
 * @param {number} [options.timeoutMs] an upper bound for the slowest machine, not an expectation
 * @param {number} [options.intervalMs]
 * @returns {Promise<T>}
 * @throws {Error} with the last value, after the time-out
 */
export async function until(
  what,
  read,
  { fits = Boolean, timeoutMs = DEFAULT_TIMEOUT_MS, intervalMs = INTERVAL_MS } = {},
) {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    if (performance.now() > end) {
      throw new Error(
        `timed out after ${timeoutMs} ms waiting for: ${what} (last value: ${JSON.stringify(value)})`,
      );
    }
    await delay(intervalMs);
  }
}
