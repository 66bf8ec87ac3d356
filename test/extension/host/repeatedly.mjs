// The editor loses a key, a click or a message while it is busy with itself.

/**
 * Tries again what has failed, and in the end fails as the last attempt did.
 * @template T
 * @param {number} tries
 * @param {() => Promise<T>} attempt
 * @param {() => Promise<unknown>} [between] what a person does before trying again
 * @returns {Promise<T>}
 */
export async function repeatedly(tries, attempt, between) {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (number === tries) throw error;
      await between?.();
    }
  }
}
