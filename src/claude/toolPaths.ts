/** The files and folders that a call of one of the CLI's tools is about. Pure, but for asking where a path leads. */
import type { PlatformPath } from 'node:path';
import type { JsonObject } from '../core/json.js';

/** A call of one of the CLI's tools. */
export interface ToolUse {
  readonly tool: string;
  readonly input: JsonObject;
}

/** Where Claude works. */
export interface WorkPlace {
  /** Absolute; the first one is the working directory. */
  readonly folders: readonly [string, ...string[]];
  readonly home: string;
  /** The system's own rules of paths. */
  readonly path: PlatformPath;
  /** An absolute path without links; `undefined` when it cannot be told. */
  readonly realPath: (path: string) => Promise<string | undefined>;
}

/** Why a path is not one like any other in the folder. */
export type Sensitivity = 'outside' | 'settings' | 'git';

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
  const all = await Promise.all(namedPaths(use).map((named) => sensitivity(named, place)));
  return (['outside', 'git', 'settings'] as const).find((one) => all.includes(one));
}

async function sensitivity(named: string | undefined, place: WorkPlace): Promise<Sensitivity | undefined> {
  if (named === undefined) return 'outside';
  const path = absolute(named, place);
  const real = await place.realPath(path);
  const folders = await Promise.all(place.folders.map((folder) => place.realPath(folder)));
  const behind = real === undefined ? undefined : inside(real, folders, place.path);
  if (behind === undefined) return 'outside';
  // A link may have a harmless name, and a harmless file may have a link to it that programs look for.
  const spelled = inside(path, [...folders, ...place.folders], place.path) ?? [];
  return kindOf(behind) ?? kindOf(spelled);
}

/** As the CLI reads a path: without blanks around it, from the working directory, `~` for the home. */
function absolute(named: string, { folders: [folder], home, path }: WorkPlace): string {
  const trimmed = named.trim();
  if (/^~(?=$|[\\/])/.test(trimmed)) return path.join(home, trimmed.slice(1));
  return path.resolve(folder, trimmed);
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
