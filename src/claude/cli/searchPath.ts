/** Where the Claude CLI may be searched for. Pure. */
import { posix, win32 } from 'node:path';

/**
 * The absolute folders of a PATH that are outside every open folder, in one form: a repository could otherwise plant its own
 * `claude` program. Of an open drive or file system only the root itself is left out, because every program is below it.
 * @param path a PATH in the form of that platform
 * @param openFolders absolute
 */
export function searchableFolders(
  path: string,
  openFolders: readonly string[],
  platform: NodeJS.Platform,
): string[] {
  const isWindows = platform === 'win32';
  const paths = isWindows ? win32 : posix;
  // A path like `\bin` depends on the current drive.
  const absolute = isWindows ? /^[a-z]:[\\/]|^[\\/]{2}/i : /^\//;
  const sameCase = (folder: string): string => (platform === 'darwin' ? folder.toLowerCase() : folder);
  const isInside = (folder: string, open: string): boolean => {
    const relative = paths.relative(sameCase(open), sameCase(folder));
    if (relative === '') return true;
    const isRoot = paths.dirname(paths.resolve(open)) === paths.resolve(open);
    return (
      !isRoot && relative !== '..' && !relative.startsWith(`..${paths.sep}`) && !paths.isAbsolute(relative)
    );
  };
  return path
    .split(paths.delimiter)
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .map((folder) => (isWindows ? folder.replace(/^\\\\\?\\(?=[a-z]:)/i, '') : folder))
    .filter((folder) => absolute.test(folder))
    .map((folder) => paths.resolve(folder))
    .filter((folder) => !openFolders.some((open) => isInside(folder, open)));
}

/** Whether a program is in one of the folders themselves. All paths are absolute. */
export function isInFolders(program: string, folders: readonly string[], platform: NodeJS.Platform): boolean {
  const paths = platform === 'win32' ? win32 : posix;
  return folders.some((folder) => paths.relative(folder, paths.dirname(program)) === '');
}

/**
 * The user's home folder, in which installers put the CLI; empty if the environment does not tell. On Windows the installers
 * do not read `HOME`, which other programs set to any folder or drive.
 */
export function homeFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  if (platform !== 'win32') return env['HOME'] ?? '';
  const { USERPROFILE, HOMEDRIVE, HOMEPATH, HOME } = env;
  const home = USERPROFILE || (HOMEDRIVE && HOMEPATH ? HOMEDRIVE + HOMEPATH : HOME) || '';
  // A drive without a slash means its current folder.
  return home.replace(/^[a-z]:$/i, '$&\\');
}
