/** Where a path leads in the end. */
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Links and missing folders; the system itself follows as many links. */
const LONGEST_CHAIN = 40;

/**
 * The path without any link in it, also where its end does not exist yet: what would be created is judged by where it
 * would be created, behind a link that leads nowhere too.
 * @param path absolute
 * @returns `undefined` when it cannot be told
 */
export async function realPath(path: string, steps = LONGEST_CHAIN): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || steps === 0) return undefined;
  }
  const folder = dirname(path);
  if (folder === path) return undefined;
  const parent = await realPath(folder, steps - 1);
  if (parent === undefined) return undefined;
  const target = await readlink(path).catch(() => undefined);
  // Relative to where the link really is.
  if (target !== undefined) return realPath(resolve(parent, target), steps - 1);
  return join(parent, basename(path));
}
