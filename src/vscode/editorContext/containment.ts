import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path lies below a folder. Both are absolute, and links are not followed. */
export function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
