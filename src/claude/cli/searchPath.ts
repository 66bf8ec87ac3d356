/** Which folders of PATH may be searched for the Claude CLI. Pure. */
import { posix, win32 } from 'node:path';

/**
 * Keeps the absolute folders of a PATH that are outside every open folder: a repository could otherwise plant its own
 * `claude` program.
 * @param path a PATH in the form of that platform
 * @param openFolders absolute
 */
export function searchableFolders(
  path: string,
  openFolders: readonly string[],
  platform: NodeJS.Platform,
): string[] {
  const isWindows = platform === 'win32';
  const separator = isWindows ? ';' : ':';
  const slash = isWindows ? '\\' : '/';
  const absolute = isWindows ? /^[a-z]:[\\/]|^\\\\/i : /^\//;
  const normalize = (folder: string): string => {
    const trimmed = (isWindows ? win32 : posix).normalize(folder).replace(/[\\/]+$/, '');
    return isWindows ? trimmed.toLowerCase() : trimmed;
  };
  const roots = openFolders.map(normalize).filter((root) => root !== '');
  const isInsideOpenFolder = (folder: string): boolean =>
    roots.some((root) => normalize(folder) === root || normalize(folder).startsWith(root + slash));
  return path
    .split(separator)
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .filter((folder) => absolute.test(folder) && !isInsideOpenFolder(folder));
}
