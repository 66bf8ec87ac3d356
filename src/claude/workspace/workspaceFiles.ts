/** Reads the files that decide about permissions in the workspace lane. None of the functions rejects. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { realPath } from '../cli/realPath.js';
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

/** How the workspace lane reads the file system. */
export const WORKSPACE_FILES: Pick<WorkspacePaths, 'realPath' | 'linksIn' | 'readText' | 'isDevice'> = {
  realPath,
  linksIn,
  readText,
  isDevice,
};
