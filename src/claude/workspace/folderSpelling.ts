/**
 * Paths in another case than the open folder's. Windows takes them for the same; the CLI compares letters, and asks for
 * permission as for a path outside. Pure.
 */
import type { PlatformPath } from 'node:path';
import type { JsonObject } from '../../core/json.js';
import type { ToolUse, WorkspacePaths } from './toolPaths.js';

/** The fields of tools that hold one path. */
const PATH_FIELDS = ['file_path', 'notebook_path', 'path'];

/**
 * The call's input with the paths inside an open folder written as the folder is; `undefined` if they are already, and on
 * systems where case matters.
 */
export function inputWithFolderSpelling(
  { input }: ToolUse,
  { folders, path }: WorkspacePaths,
): JsonObject | undefined {
  if (path.sep !== '\\') return undefined;
  const changes = PATH_FIELDS.flatMap((field): [string, string][] => {
    const written = input[field];
    if (typeof written !== 'string' || !path.isAbsolute(written.trim())) return [];
    const spelled = spelledAsFolder(path.resolve(written.trim()), folders, path);
    return spelled === undefined ? [] : [[field, spelled]];
  });
  return changes.length === 0 ? undefined : { ...input, ...Object.fromEntries(changes) };
}

function spelledAsFolder(file: string, folders: readonly string[], path: PlatformPath): string | undefined {
  for (const folder of folders) {
    const relative = path.relative(folder, file);
    if (relative === '..' || relative.startsWith('..\\') || path.isAbsolute(relative)) continue;
    const spelled = path.join(folder, relative);
    return withSmallDrive(spelled) === withSmallDrive(file) ? undefined : spelled;
  }
  return undefined;
}

/** The CLI ignores the case of the drive's letter. */
function withSmallDrive(file: string): string {
  return file.charAt(0).toLowerCase() + file.slice(1);
}
