import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isBelow } from '../platform/paths.js';
import { ignoredFiles } from './gitIgnored.js';
import { looksSecret } from './secretFiles.js';

/**
 * Selects the files that Claude may be told about: those in one of the folders, with links resolved, that do not look
 * secret and that Git does not ignore. Where Git gives no answer, no file of that folder is selected.
 * @param folders absolute
 * @param paths absolute
 * @returns the path → the name for Claude: relative in the first folder, absolute in the others
 */
export async function shareableFiles(
  folders: readonly string[],
  paths: readonly string[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const folder of folders) {
    const root = await realpath(folder);
    const candidates: string[] = [];
    for (const path of paths) {
      if (names.has(path) || !isBelow(folder, path)) continue;
      const target = await realpath(path).catch(() => undefined);
      if (target === undefined || !isBelow(root, target) || looksSecret(relative(root, target))) continue;
      const relativePath = relative(folder, path).replaceAll(sep, '/');
      if (!looksSecret(relativePath)) candidates.push(relativePath);
    }
    if (candidates.length === 0) continue;
    const ignored = await ignoredFiles(folder, candidates, folders);
    for (const relativePath of candidates) {
      if (ignored?.has(relativePath.normalize()) !== false) continue;
      const path = join(folder, relativePath);
      names.set(path, folder === folders[0] ? relativePath : path);
    }
  }
  return names;
}
