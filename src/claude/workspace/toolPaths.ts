/** The files and folders that a call of one of the CLI's tools is about. Pure, but for asking where a path leads. */
import type { PlatformPath } from 'node:path';
import type { JsonObject } from '../../core/json.js';
import type { Sensitivity } from '../../core/permission.js';
import { READING_TOOLS } from '../cli/launch.js';

/** A call of one of the CLI's tools. */
export interface ToolUse {
  readonly tool: string;
  readonly input: JsonObject;
  /** Where relative paths begin, absolute, when that is not the first folder: commands and subagents move. */
  readonly cwd?: string;
  /**
   * The CLI's own folder for this project. Results that are too long for the model lie in it, each conversation's behind
   * an id that nobody can guess, and the model may read them there.
   */
  readonly records?: string;
}

/** Where Claude works. */
export interface WorkPlace {
  /** Absolute; the first one is where the CLI was started. */
  readonly folders: readonly [string, ...string[]];
  readonly home: string;
  /** The system's own rules of paths. */
  readonly path: PlatformPath;
  /** An absolute path without links; `undefined` when it cannot be told. */
  readonly realPath: (path: string) => Promise<string | undefined>;
  /** Whether an editor holds changes of that file that are not on the disk. Absent: there is no editor. */
  readonly isUnsaved?: (path: string) => Promise<boolean>;
}

/** Folders and files in which a change makes programs run, or changes what they may do. */
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

const ABOVE = /(^|[\\/{,])\.\.([\\/},]|$)/;

/** As the call names them; `undefined` for one that is no path at all. Tools without paths have none. */
export function namedPaths({ tool, input }: ToolUse): readonly (string | undefined)[] {
  switch (tool) {
    case 'Read':
    case 'Edit':
    case 'Write':
      return [textOf(input['file_path'])];
    case 'NotebookEdit':
      return [textOf(input['notebook_path'])];
    case 'Grep':
      return [textOf(input['path'] ?? '.')];
    case 'Glob':
      return globPaths(textOf(input['path'] ?? '.'), textOf(input['pattern']));
    default:
      return [];
  }
}

/** The worst that can be said of a call's paths; `undefined` when they are ordinary ones inside the folders. */
export async function sensitivityOf(use: ToolUse, place: WorkPlace): Promise<Sensitivity | undefined> {
  return worst(await Promise.all(namedPaths(use).map((named) => sensitivity(named, use, place))));
}

/** Whether the call is about a file that is not on the disk as the person sees it. */
export async function meetsUnsaved(use: ToolUse, place: WorkPlace): Promise<boolean> {
  const base = use.cwd ?? place.folders[0];
  const paths = namedPaths(use).flatMap((named) => (named === undefined ? [] : readings(named, base, place)));
  const unsaved = await Promise.all(paths.map(async (path) => place.isUnsaved?.(path)));
  return unsaved.includes(true);
}

async function sensitivity(
  named: string | undefined,
  { tool, cwd, records }: ToolUse,
  place: WorkPlace,
): Promise<Sensitivity | undefined> {
  if (named === undefined) return 'outside';
  const { folders, path } = place;
  const base = cwd ?? folders[0];
  const real = await Promise.all(folders.map((folder) => place.realPath(folder)));
  const kinds = readings(named, base, place).map(async (reading): Promise<Sensitivity | undefined> => {
    const target = await place.realPath(reading);
    const behind = target === undefined ? undefined : inside(target, real, path);
    if (behind === undefined) {
      const kept =
        target !== undefined && READING_TOOLS.includes(tool) && (await isResult(target, records, place));
      return kept ? undefined : 'outside';
    }
    // A link may have a harmless name, and a harmless file may have a link to it that programs look for.
    return kindOf(behind) ?? kindOf(inside(reading, [...real, ...folders], path) ?? []);
  });
  return worst(await Promise.all(kinds));
}

async function isResult(target: string, records: string | undefined, place: WorkPlace): Promise<boolean> {
  if (records === undefined) return false;
  const [id = '', folder] = inside(target, [await place.realPath(records)], place.path) ?? [];
  return /^[0-9a-f-]{36}$/.test(id) && folder === 'tool-results';
}

function worst(kinds: readonly (Sensitivity | undefined)[]): Sensitivity | undefined {
  return (['outside', 'git', 'settings'] as const).find((kind) => kinds.includes(kind));
}

/**
 * The absolute paths that a named one can mean. The CLI takes blanks off it, begins at where it works, and knows `~`.
 * What `..` behind a link means is one thing to who reads the name, and another to who follows it.
 */
function readings(named: string, base: string, { home, path }: WorkPlace): readonly string[] {
  const trimmed = named.trim();
  const rooted = /^~(?=$|[\\/])/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
  const read = path.resolve(base, rooted);
  if (!rooted.includes('..')) return [read];
  return [read, path.isAbsolute(rooted) ? rooted : base + path.sep + rooted];
}

/** The parts of a path behind the outermost of the folders that hold it; `undefined` when none does. */
function inside(
  target: string,
  folders: readonly (string | undefined)[],
  path: PlatformPath,
): readonly string[] | undefined {
  const found = folders.flatMap((folder) => {
    if (folder === undefined) return [];
    const relative = path.relative(folder, target);
    const out = path.isAbsolute(relative) || relative === '..' || relative.startsWith(`..${path.sep}`);
    return out ? [] : [relative.split(path.sep)];
  });
  return found.reduce<readonly string[] | undefined>(
    (longest, parts) => (longest === undefined || parts.length > longest.length ? parts : longest),
    undefined,
  );
}

function kindOf(parts: readonly string[]): 'git' | 'settings' | undefined {
  // Systems that do not tell cases apart, or that drop dots, blanks and streams at the end of a name, still mean the file.
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

/** Where a search for files begins, and where its pattern leads before the first wildcard. */
function globPaths(base: string | undefined, pattern: string | undefined): readonly (string | undefined)[] {
  if (base === undefined || pattern === undefined || ABOVE.test(pattern)) return [undefined];
  const fixed = pattern.trim().split(/[*?[{!(]/, 1)[0] ?? '';
  const root = fixed.slice(0, Math.max(fixed.lastIndexOf('/'), fixed.lastIndexOf('\\')) + 1);
  if (root === '') return [base];
  return /^([\\/~]|[a-z]:)/i.test(root) ? [base, root] : [base, `${base.trim()}/${root}`];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0') ? value : undefined;
}
