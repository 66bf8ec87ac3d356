/** Clients that tests install into the cache outside the repository. */
export { cached, cacheFolder } from '../../scripts/programCache.mjs';

/**
 * Prepares a client in a `before` hook. Skips the tests, with the reason, if the client cannot be had on this machine:
 * its toolchain is missing, or a download fails.
 * @param client its name, for the message
 */
export async function preparedOrSkip<T>(
  context: Mocha.Context,
  client: string,
  prepare: () => Promise<T>,
): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    const reason = error instanceof Error ? `${error.message} ${outputOf(error)}` : String(error);
    console.log(`      skipped, because ${client} cannot be installed: ${reason.trim()}`);
    return context.skip();
  }
}

function outputOf(error: Error): string {
  return 'output' in error && typeof error.output === 'string' ? error.output.slice(-1000) : '';
}
