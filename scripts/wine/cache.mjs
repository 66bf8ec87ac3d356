// The folder, outside the repository, that keeps what the tests under wine need.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'claude-ollama-server',
  'wine',
);

/**
 * A folder of the cache, which `install` fills if it does not exist. Can run twice at the same time: each run installs into
 * its own temporary folder, and the first to finish renames it.
 * @param {string} name
 * @param {(folder: string) => Promise<void>} install
 * @returns {Promise<string>} its absolute path
 * @throws {Error} of `install`
 */
export async function cached(name, install) {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, '.draft-'));
  try {
    await install(draft);
    await rename(draft, folder);
  } catch (error) {
    // Another run finished first; use its folder.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
