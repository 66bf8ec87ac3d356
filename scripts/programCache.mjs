// The cache of programs that tests need and that are too big for dev dependencies. It is outside the repository.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of the cache. Caches of toolchains may be shared by several versions of a program.
 * @param {string} name
 */
export function cacheFolder(name) {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'claude-ollama-server', name);
}

/**
 * A folder of the cache, which is filled when it is needed first. Can run twice at the same time: each run fills its own
 * temporary folder, and the first to finish renames it.
 * @param {string} kind the folder of the cache
 * @param {string} name names exactly one content, for example a package with its version
 * @param {(draft: string) => Promise<void>} fill
 * @returns {Promise<string>} its absolute path
 * @throws what `fill` throws
 */
export async function cached(kind, name, fill) {
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
