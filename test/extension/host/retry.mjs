// The editor sometimes drops a key press, a click or a message while it is busy, so tests retry them.

/**
 * Calls `attempt` until it succeeds.
 * @template T
 * @param {number} tries
 * @param {() => Promise<T>} attempt
 * @param {() => Promise<unknown>} [beforeRetry]
 * @returns {Promise<T>}
 * @throws the error of the last attempt
 */
export async function retry(tries, attempt, beforeRetry) {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (number === tries) throw error;
      await beforeRetry?.();
    }
  }
}
