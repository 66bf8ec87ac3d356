/** Resolves symbolic links, also in paths that do not exist yet. */
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Most symbolic links and missing folders to resolve. Linux follows at most 40 symbolic links, too. */
const MAX_STEPS = 40;

/**
 * The path without symbolic links. Unlike `fs.realpath` it also resolves paths whose end does not exist: a file that is
 * about to be created is judged by where it would be created, even behind a dangling link.
 * @param path absolute
 * @returns `undefined` if the path cannot be resolved
 */
export async function realPath(path: string, stepsLeft = MAX_STEPS): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || stepsLeft === 0) return undefined;
  }
  const folder = dirname(path);
  if (folder === path) return undefined;
  const parent = await realPath(folder, stepsLeft - 1);
  if (parent === undefined) return undefined;
  const target = await readlink(path).catch(() => undefined);
  // A relative target starts at the link's real folder.
  if (target !== undefined) return realPath(resolve(parent, target), stepsLeft - 1);
  return join(parent, basename(path));
}
