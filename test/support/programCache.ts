/** The cache of programs that tests need and that are too big for dev dependencies. It is outside the repository. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Caches of toolchains, which may be shared by several versions of a program. */
export const cacheFolder = (name: string): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'claude-ollama-server', name);

/**
 * A folder of the cache, which is filled when it is needed first. Can run twice at the same time: each run fills its own
 * temporary folder, and the first to finish renames it.
 * @param kind the folder of the cache
 * @param name names exactly one content, for example a package with its version
 * @throws what `fill` throws
 */
export async function cached(
  kind: string,
  name: string,
  fill: (draft: string) => Promise<void>,
): Promise<string> {
  const cache = cacheFolder(kind);
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, '.draft-'));
  try {
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    // Another run finished first; use its folder.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

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
