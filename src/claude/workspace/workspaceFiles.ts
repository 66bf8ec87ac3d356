/** Reads the files that decide about permissions in the workspace lane. None of the functions rejects. */
import { open, readdir, readlink, stat } from 'node:fs/promises';
import path, { join } from 'node:path';
import { realPath } from '../cli/realPath.js';
import { followLinks, foreignTo, type IsForeign } from './foreignPaths.js';
import type { WorkspacePaths } from './toolPaths.js';

/** The most that is read of one file. Bytes. */
const MAX_BYTES = 256 * 1024;

async function linksIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

async function isDevice(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** The texts of all Markdown files in these folders and below. */
export async function markdownTexts(folders: readonly string[]): Promise<readonly string[]> {
  const listed = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder, { recursive: true }).catch(() => []);
      return names.filter((name) => name.toLowerCase().endsWith('.md')).map((name) => join(folder, name));
    }),
  );
  const texts = await Promise.all(listed.flat().map(readText));
  return texts.filter((text) => text !== undefined);
}

/** The functions with which the workspace lane reads the file system. */
export type WorkspaceFiles = Pick<WorkspacePaths, 'realPath' | 'linksIn' | 'readText' | 'isDevice'>;

/**
 * How the workspace lane reads the file system. On Windows, links that lead to other machines are not followed.
 * @param folders the open folders, absolute
 */
export function workspaceFiles(folders: readonly string[]): WorkspaceFiles {
  if (process.platform !== 'win32') return { realPath, linksIn, readText, isDevice };
  const readLink = (link: string): Promise<string | undefined> => readlink(link).catch(() => undefined);
  const follow = (file: string, isForeign: IsForeign): Promise<string | undefined> =>
    followLinks(file, { path, isForeign, readLink });
  /** The user may have opened a folder of another machine, also through a link. */
  const isForeign = Promise.all(folders.map((folder) => follow(folder, foreignTo(folders, path)))).then(
    (real) => foreignTo([...folders, ...real.filter((folder) => folder !== undefined)], path),
  );
  async function reachable(file: string): Promise<string | undefined> {
    const target = await follow(file, await isForeign);
    return target === undefined || (await isForeign)(target) ? undefined : target;
  }
  return {
    async realPath(file) {
      const target = await follow(file, await isForeign);
      return target === undefined || (await isForeign)(target) ? target : realPath(target);
    },
    async linksIn(folder) {
      const target = await reachable(folder);
      return target === undefined ? [] : linksIn(target);
    },
    async readText(file) {
      const target = await reachable(file);
      return target === undefined ? undefined : readText(target);
    },
    async isDevice(file) {
      const target = await reachable(file);
      return target !== undefined && isDevice(target);
    },
  };
}
