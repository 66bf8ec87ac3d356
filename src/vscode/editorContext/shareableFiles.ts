/** Which files Claude may be told of without having looked for them itself. */
import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { contains } from './containment.js';
import { ignoredFiles } from './gitIgnored.js';
import { looksSecret } from './secretFiles.js';

/**
 * Those of the files that are in one of the folders, links followed, and neither look secret nor are ignored by Git.
 * Where Git cannot tell, none is among them.
 * @param folders absolute; the files of the first one are named from it, others absolutely
 * @param paths absolute
 * @returns the path → how Claude should name it
 */
export async function shareableFiles(
  folders: readonly string[],
  paths: readonly string[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const folder of folders) {
    const root = await realpath(folder);
    const ways: string[] = [];
    for (const path of paths) {
      if (names.has(path) || !contains(folder, path)) continue;
      const target = await realpath(path).catch(() => undefined);
      if (target === undefined || !contains(root, target) || looksSecret(relative(root, target))) continue;
      const way = relative(folder, path).replaceAll(sep, '/');
      if (!looksSecret(way)) ways.push(way);
    }
    if (ways.length === 0) continue;
    const ignored = await ignoredFiles(folder, ways, folders);
    for (const way of ways) {
      if (ignored?.has(way.normalize()) !== false) continue;
      const path = join(folder, way);
      names.set(path, folder === folders[0] ? way : path);
    }
  }
  return names;
}
