import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is below a folder. Both must be absolute. Compares the text only: links are not resolved. */
export function isBelow(folder: string, path: string): boolean {
  const fromFolder = relative(folder, path);
  return (
    fromFolder !== '' && fromFolder !== '..' && !fromFolder.startsWith(`..${sep}`) && !isAbsolute(fromFolder)
  );
}
