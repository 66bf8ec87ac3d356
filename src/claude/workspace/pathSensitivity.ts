/** Whether the paths of a tool call are sensitive. Pure, given `WorkspacePaths`. */
import type { PlatformPath } from 'node:path';
import type { Sensitivity } from '../../core/permission.js';
import { READING_TOOLS } from '../cli/launch.js';
import { INSTRUCTION_FILES, sensitivityOfName } from './sensitiveNames.js';
import { sensitivePlaces } from './sensitivePlaces.js';
import { pathArguments, possiblePaths, type ToolUse, type WorkspacePaths } from './toolPaths.js';

/** Names that mean a device in every folder of Windows, also with an ending (Microsoft, "Naming Files, Paths, and Namespaces"). */
const DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:$|[ .:])/i;

/** The most serious sensitivity of a call's paths; `undefined` if all are ordinary files inside the workspace. */
export async function pathSensitivity(use: ToolUse, paths: WorkspacePaths): Promise<Sensitivity | undefined> {
  return mostSerious(
    await Promise.all(pathArguments(use).map((argument) => argumentSensitivity(argument, use, paths))),
  );
}

/** Whether an editor has unsaved changes of a file that the call is about. */
export async function editsUnsavedFile(use: ToolUse, paths: WorkspacePaths): Promise<boolean> {
  const base = use.cwd ?? paths.folders[0];
  const candidates = pathArguments(use).flatMap((argument) =>
    argument === undefined ? [] : possiblePaths(argument, base, paths),
  );
  const unsaved = await Promise.all(candidates.map(async (path) => paths.isUnsaved?.(path)));
  return unsaved.includes(true);
}

/** Whether an absolute path leads outside the open folders, after links are resolved. */
export async function isOutside(file: string, paths: WorkspacePaths): Promise<boolean> {
  const [target, ...realFolders] = await Promise.all(
    [file, ...paths.folders].map((each) => paths.realPath(each)),
  );
  return target === undefined || partsInside(target, realFolders, paths.path) === undefined;
}

/** Whether a path stays in the workspace and leads to no device, socket or named pipe. */
export async function isInsideFile(
  argument: string,
  cwd: string | undefined,
  paths: WorkspacePaths,
): Promise<boolean> {
  const use: ToolUse = {
    tool: 'Read',
    input: { file_path: argument },
    ...(cwd === undefined ? {} : { cwd }),
  };
  return (await pathSensitivity(use, paths)) !== 'outside' && !(await readsDevice(use, paths));
}

/** Whether a call reads from a device, a socket or a named pipe. */
export async function readsDevice(use: ToolUse, paths: WorkspacePaths): Promise<boolean> {
  const base = use.cwd ?? paths.folders[0];
  const candidates = pathArguments(use).flatMap((argument) =>
    argument === undefined ? [] : possiblePaths(argument, base, paths),
  );
  if (paths.path.sep === '\\' && candidates.some((each) => DEVICE_NAME.test(paths.path.basename(each))))
    return true;
  return (await Promise.all(candidates.map((path) => paths.isDevice(path)))).includes(true);
}

async function argumentSensitivity(
  argument: string | undefined,
  { tool, cwd, transcriptFolder }: ToolUse,
  paths: WorkspacePaths,
): Promise<Sensitivity | undefined> {
  if (argument === undefined) return 'outside';
  const { folders, path } = paths;
  const base = cwd ?? folders[0];
  const realFolders = await Promise.all(folders.map((folder) => paths.realPath(folder)));
  const reads = READING_TOOLS.includes(tool);
  const sensitivities = possiblePaths(argument, base, paths).map(
    async (candidate): Promise<Sensitivity | undefined> => {
      const target = await paths.realPath(candidate);
      const targetParts = target === undefined ? undefined : partsInside(target, realFolders, path);
      if (targetParts === undefined) {
        const isStoredResult =
          target !== undefined && reads && (await isToolResult(target, transcriptFolder, paths));
        return isStoredResult ? undefined : 'outside';
      }
      // Both names count: a link with a harmless name may lead to a sensitive file, and programs may find a harmless file
      // through a link with a sensitive name.
      const roots = [...realFolders, ...folders].filter((folder) => folder !== undefined);
      const ownParts = partsInside(candidate, roots, path) ?? [];
      const byName = sensitivityOfName(targetParts) ?? sensitivityOfName(ownParts);
      if (byName !== undefined || target === undefined) return byName;
      const between = [candidate, target].flatMap((file) => foldersBetween(file, roots, path));
      if (tool === 'Read' && (await hasOutsideInstructions(between, paths))) return 'outside';
      if (reads) return undefined;
      const places = await sensitivePlaces([...folders, ...between], paths);
      return mostSerious(
        places.map((place) => (partsInside(target, [place.target], path) ? place.sensitivity : undefined)),
      );
    },
  );
  return mostSerious(await Promise.all(sensitivities));
}

/** The folders between the open folders and a file. */
function foldersBetween(file: string, roots: readonly string[], path: PlatformPath): string[] {
  const found: string[] = [];
  const isBelow = (folder: string): boolean => (partsInside(folder, roots, path) ?? ['']).join('') !== '';
  for (let folder = path.dirname(file); isBelow(folder); folder = path.dirname(folder)) found.push(folder);
  return found;
}

/** Whether one of the files with instructions that the CLI reads together with a file of these folders leads outside. */
async function hasOutsideInstructions(folders: readonly string[], paths: WorkspacePaths): Promise<boolean> {
  const files = folders.flatMap((folder) => INSTRUCTION_FILES.map((name) => paths.path.join(folder, name)));
  return (await Promise.all(files.map((file) => isOutside(file, paths)))).includes(true);
}

async function isToolResult(
  target: string,
  transcriptFolder: string | undefined,
  paths: WorkspacePaths,
): Promise<boolean> {
  if (transcriptFolder === undefined) return false;
  const realFolder = await paths.realPath(transcriptFolder);
  const [conversationId = '', subfolder] = partsInside(target, [realFolder], paths.path) ?? [];
  return /^[0-9a-f-]{36}$/.test(conversationId) && subfolder === 'tool-results';
}

function mostSerious(sensitivities: readonly (Sensitivity | undefined)[]): Sensitivity | undefined {
  return (['outside', 'git', 'settings'] as const).find((each) => sensitivities.includes(each));
}

/** The parts of a path relative to the outermost of the folders that contain it; `undefined` if none does. */
function partsInside(
  target: string,
  folders: readonly (string | undefined)[],
  path: PlatformPath,
): readonly string[] | undefined {
  const found = folders.flatMap((folder) => {
    if (folder === undefined) return [];
    const relative = path.relative(folder, target);
    const isOutside = path.isAbsolute(relative) || relative === '..' || relative.startsWith(`..${path.sep}`);
    return isOutside ? [] : [relative.split(path.sep)];
  });
  return found.reduce<readonly string[] | undefined>(
    (longest, parts) => (longest === undefined || parts.length > longest.length ? parts : longest),
    undefined,
  );
}
