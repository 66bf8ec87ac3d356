/** The paths that a call of the CLI's own tools is about, and whether these are sensitive. Pure, given `WorkspacePaths`. */
import type { PlatformPath } from 'node:path';
import type { JsonObject } from '../../core/json.js';
import type { Sensitivity } from '../../core/permission.js';
import { READING_TOOLS } from '../cli/launch.js';

/** A call of one of the CLI's tools. */
export interface ToolUse {
  readonly tool: string;
  readonly input: JsonObject;
  /** The CLI's working directory, absolute, if it is not the first folder: commands and subagents can change it. */
  readonly cwd?: string;
  /**
   * The folder of the CLI's transcripts for this project. The CLI also stores tool results there that are too long for the
   * model, in a folder named with the unguessable id of the conversation, and the model may read these.
   */
  readonly transcriptFolder?: string;
}

export interface FinishedToolUse extends ToolUse {
  readonly failed: boolean;
}

/** The folders of the workspace, and how paths are resolved. */
export interface WorkspacePaths {
  /** Absolute; the CLI was started in the first one. */
  readonly folders: readonly [string, ...string[]];
  readonly home: string;
  /** The path rules of the platform. */
  readonly path: PlatformPath;
  /** The absolute path without symbolic links; `undefined` if it cannot be resolved. */
  readonly realPath: (path: string) => Promise<string | undefined>;
  /** Whether an editor has unsaved changes of that file. Absent without an editor. */
  readonly isUnsaved?: (path: string) => Promise<boolean>;
}

/** A change to one of these can start programs, or change what they are allowed to do. */
const SETTINGS_FOLDERS = new Set(['.claude', '.vscode', '.idea', '.devcontainer', '.husky']);
const SETTINGS_FILES = new Set([
  '.mcp.json',
  '.claude.json',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
  '.envrc',
  '.ripgreprc',
]);
const GIT_FILES = new Set(['.gitconfig', '.gitmodules', '.gitattributes']);

const PARENT_SEGMENT = /(^|[\\/{,])\.\.([\\/},]|$)/;

/**
 * The paths in a call's input, as the model wrote them. Empty for tools that take no path. `undefined` stands for a path that
 * is missing or invalid.
 */
export function pathArguments({ tool, input }: ToolUse): readonly (string | undefined)[] {
  switch (tool) {
    case 'Read':
    case 'Edit':
    case 'Write':
      return [nonEmptyText(input['file_path'])];
    case 'NotebookEdit':
      return [nonEmptyText(input['notebook_path'])];
    case 'Grep':
      return [nonEmptyText(input['path'] ?? '.')];
    case 'Glob':
      return globPaths(nonEmptyText(input['path'] ?? '.'), nonEmptyText(input['pattern']));
    default:
      return [];
  }
}

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

async function argumentSensitivity(
  argument: string | undefined,
  { tool, cwd, transcriptFolder }: ToolUse,
  paths: WorkspacePaths,
): Promise<Sensitivity | undefined> {
  if (argument === undefined) return 'outside';
  const { folders, path } = paths;
  const base = cwd ?? folders[0];
  const realFolders = await Promise.all(folders.map((folder) => paths.realPath(folder)));
  const sensitivities = possiblePaths(argument, base, paths).map(
    async (candidate): Promise<Sensitivity | undefined> => {
      const target = await paths.realPath(candidate);
      const targetParts = target === undefined ? undefined : partsInside(target, realFolders, path);
      if (targetParts === undefined) {
        const isStoredResult =
          target !== undefined &&
          READING_TOOLS.includes(tool) &&
          (await isToolResult(target, transcriptFolder, paths));
        return isStoredResult ? undefined : 'outside';
      }
      // Both names count: a link with a harmless name may lead to a sensitive file, and programs may find a harmless file
      // through a link with a sensitive name.
      const ownParts = partsInside(candidate, [...realFolders, ...folders], path) ?? [];
      return sensitivityOfName(targetParts) ?? sensitivityOfName(ownParts);
    },
  );
  return mostSerious(await Promise.all(sensitivities));
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

/**
 * The absolute paths that an argument can mean. The CLI trims it, resolves it against its working directory and expands `~`.
 * `..` after a link has two meanings: removed from the text of the path, or followed in the file system.
 */
function possiblePaths(argument: string, base: string, { home, path }: WorkspacePaths): readonly string[] {
  const trimmed = argument.trim();
  const expanded = /^~(?=$|[\\/])/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
  const normalized = path.resolve(base, expanded);
  if (!expanded.includes('..')) return [normalized];
  return [normalized, path.isAbsolute(expanded) ? expanded : base + path.sep + expanded];
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

function sensitivityOfName(parts: readonly string[]): 'git' | 'settings' | undefined {
  // Some file systems ignore case, or drop dots, spaces and stream names (`:stream`) at the end of a name.
  const names = parts.map((part) =>
    part
      .toLowerCase()
      .replace(/:.*$/, '')
      .replace(/[. ]+$/, ''),
  );
  const file = names.at(-1) ?? '';
  if (names.includes('.git') || GIT_FILES.has(file)) return 'git';
  const settings =
    names.some((name) => SETTINGS_FOLDERS.has(name)) ||
    SETTINGS_FILES.has(file) ||
    file.endsWith('.code-workspace');
  return settings ? 'settings' : undefined;
}

/** The folder in which `Glob` searches, and the folder that its pattern names before the first wildcard. */
function globPaths(base: string | undefined, pattern: string | undefined): readonly (string | undefined)[] {
  if (base === undefined || pattern === undefined || PARENT_SEGMENT.test(pattern)) return [undefined];
  const fixed = pattern.trim().split(/[*?[{!(]/, 1)[0] ?? '';
  const root = fixed.slice(0, Math.max(fixed.lastIndexOf('/'), fixed.lastIndexOf('\\')) + 1);
  if (root === '') return [base];
  return /^([\\/~]|[a-z]:)/i.test(root) ? [base, root] : [base, `${base.trim()}/${root}`];
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0') ? value : undefined;
}
