/** Finds Git, and none that a repository has brought along. */
import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { contains } from './containment.js';

const NAME = process.platform === 'win32' ? 'git.exe' : 'git';

/**
 * The first Git on PATH that is named by an absolute folder and lies, links followed, in no open one.
 * @param path as in the environment
 * @param open the folders whose files others may have written, absolute
 * @returns an absolute path; `undefined` when there is none
 */
export async function findGit(path: string, open: readonly string[]): Promise<string | undefined> {
  const resolved = await Promise.all(open.map(async (folder) => (await linkless(folder)) ?? folder));
  // Who opens the root of the disk has opened the system's programs, too, which are none of a repository.
  const roots = resolved.filter((folder) => dirname(folder) !== folder);
  const isOpen = (place: string): boolean => roots.some((root) => root === place || contains(root, place));
  for (const folder of path.split(delimiter).map((name) => name.replace(/^"(.*)"$/, '$1'))) {
    if (!isAbsolute(folder)) continue;
    const program = join(folder, NAME);
    const places = await Promise.all([folder, program].map(linkless));
    if (places.every((place) => place !== undefined && !isOpen(place)) && (await canRun(program))) {
      return program;
    }
  }
  return undefined;
}

const linkless = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

async function canRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
