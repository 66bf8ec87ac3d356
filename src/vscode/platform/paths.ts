import hostPath, { type PlatformPath } from 'node:path';

/**
 * Whether a path is below a folder. Both must be absolute. Compares the text only: links are not resolved. On Windows, case
 * does not count.
 * @param rules the path rules of the platform
 */
export function isBelow(folder: string, path: string, rules: PlatformPath = hostPath): boolean {
  const fromFolder = rules.relative(folder, path);
  return (
    fromFolder !== '' &&
    fromFolder !== '..' &&
    !fromFolder.startsWith(`..${rules.sep}`) &&
    !rules.isAbsolute(fromFolder)
  );
}
