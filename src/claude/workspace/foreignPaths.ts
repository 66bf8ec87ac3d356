/**
 * Paths that are never opened: on Windows, those of other machines and of devices outside the open folders. To open one would
 * already sign in there. So its text decides, before anything reads the file system. Pure.
 */
import type { PlatformPath } from 'node:path';
import { isNetworkPath } from '../../core/networkPath.js';
import { pathArguments, possiblePaths, type ToolUse, type WorkspacePaths } from './toolPaths.js';

/** Most links to follow, as on Linux. */
const MAX_LINKS = 40;

export type IsForeign = (path: string) => boolean;

/** @param folders whose paths are not foreign, absolute */
export function foreignTo(folders: readonly string[], path: PlatformPath): IsForeign {
  return (target) => {
    if (path.sep !== '\\' || !isNetworkPath(target)) return false;
    return !folders.some((folder) => {
      const relative = path.relative(folder, target);
      return relative !== '..' && !relative.startsWith('..\\') && !path.isAbsolute(relative);
    });
  };
}

/**
 * Whether a call names a foreign path, or a link that leads to one. The text of a foreign path is enough: nothing is read for
 * it.
 */
export async function namesForeignPath(use: ToolUse, workspace: WorkspacePaths): Promise<boolean> {
  const { folders, path } = workspace;
  if (path.sep !== '\\') return false;
  const base = use.cwd ?? folders[0];
  const written = pathArguments(use).filter((argument) => argument !== undefined);
  const candidates = written.flatMap((argument) => possiblePaths(argument, base, workspace));
  if ([...written.map((argument) => argument.trim()), ...candidates].some(foreignTo(folders, path)))
    return true;
  const { realPath } = withoutForeignPaths(workspace);
  const resolve = async (files: readonly string[]): Promise<string[]> =>
    (await Promise.all(files.map((file) => realPath(file)))).filter((file) => file !== undefined);
  const [targets, realFolders] = await Promise.all([resolve(candidates), resolve(folders)]);
  return targets.some(foreignTo([...folders, ...realFolders], path));
}

/** The same paths, whose functions find nothing at a foreign path and do not look for it. */
export function withoutForeignPaths(paths: WorkspacePaths): WorkspacePaths {
  const { folders, path, realPath, linksIn, readText, isDevice, isUnsaved } = paths;
  if (path.sep !== '\\') return paths;
  const isForeign = foreignTo(folders, path);
  return {
    ...paths,
    realPath: async (file) => (isForeign(file) ? undefined : realPath(file)),
    linksIn: async (folder) => (isForeign(folder) ? [] : linksIn(folder)),
    readText: async (file) => (isForeign(file) ? undefined : readText(file)),
    isDevice: async (file) => !isForeign(file) && isDevice(file),
    ...(isUnsaved && { isUnsaved: async (file) => !isForeign(file) && isUnsaved(file) }),
  };
}

export interface LinkReader {
  /** The path rules of the platform. */
  readonly path: PlatformPath;
  readonly isForeign: IsForeign;
  /** The target of a link as it is written; `undefined` if there is no link of that name. Must not follow it. */
  readonly readLink: (path: string) => Promise<string | undefined>;
}

/**
 * Follows the links in a path one by one, up to the first foreign one, which is not opened.
 * @param target absolute
 * @returns the path without links, or the foreign path to which one leads; `undefined` if there are too many links
 */
export async function followLinks(
  target: string,
  { path, isForeign, readLink }: LinkReader,
): Promise<string | undefined> {
  if (isForeign(target)) return target;
  const split = (each: string): { root: string; names: string[] } => {
    const { root } = path.parse(each);
    return {
      root,
      names: each
        .slice(root.length)
        .split(/[\\/]+/)
        .filter(Boolean),
    };
  };
  let { root: reached, names } = split(target);
  for (let links = 0; names.length > 0;) {
    const [name = '', ...rest] = names;
    const next = path.join(reached, name);
    const linked = await readLink(next);
    if (linked === undefined) {
      reached = next;
      names = rest;
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    const to = path.resolve(reached, linked);
    const foreign = [linked, to].find((each) => isForeign(each));
    if (foreign !== undefined) return path.join(foreign, ...rest);
    const start = split(to);
    reached = start.root;
    names = [...start.names, ...rest];
  }
  return reached;
}
