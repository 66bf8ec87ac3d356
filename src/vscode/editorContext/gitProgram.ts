import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, relative } from 'node:path';
import { isBelow } from '../platform/paths.js';

const NAME = process.platform === 'win32' ? 'git.exe' : 'git';

/**
 * The first Git program on PATH that is in an absolute folder and, with links resolved, outside the open folders: a
 * repository may contain a program of that name.
 * @param path the value of PATH
 * @param openFolders absolute
 * @returns an absolute path, or `undefined` when there is none
 */
export async function findGit(path: string, openFolders: readonly string[]): Promise<string | undefined> {
  const resolved = await Promise.all(
    openFolders.map(async (folder) => (await resolveLinks(folder)) ?? folder),
  );
  // When the root of the disk is open, all programs are below it. They are the system's, not a repository's.
  const untrusted = resolved.filter((folder) => dirname(folder) !== folder);
  const isUntrusted = (target: string): boolean =>
    untrusted.some((folder) => relative(folder, target) === '' || isBelow(folder, target));
  for (const folder of path.split(delimiter).map(withoutQuotes)) {
    if (!isAbsolute(folder)) continue;
    const program = join(folder, NAME);
    const targets = await Promise.all([folder, program].map(resolveLinks));
    if (targets.every((target) => target !== undefined && !isUntrusted(target)) && (await canRun(program))) {
      return program;
    }
  }
  return undefined;
}

/** Windows allows quotes around a folder in PATH. */
const withoutQuotes = (folder: string): string => folder.replace(/^"(.*)"$/, '$1');

const resolveLinks = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

async function canRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
