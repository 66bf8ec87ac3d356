/** The paths that a call of the CLI's own tools is about. Pure. */
import type { JsonObject } from '../../core/json.js';
import type { PlaceReader } from './sensitivePlaces.js';

/** A call of one of the CLI's tools. */
export interface ToolUse {
  readonly tool: string;
  readonly input: JsonObject;
  /** The API's id of the call, if it is known. */
  readonly id?: string;
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
export interface WorkspacePaths extends PlaceReader {
  /** Absolute; the CLI was started in the first one. */
  readonly folders: readonly [string, ...string[]];
  /** Whether a path is a device, a socket or a named pipe. Reading from one may never end. */
  readonly isDevice: (path: string) => Promise<boolean>;
  /** The texts of the definitions of subagents in the project and in the user's settings. */
  readonly agentDefinitions: () => Promise<readonly string[]>;
  /** Whether an editor has unsaved changes of that file. Absent without an editor. */
  readonly isUnsaved?: (path: string) => Promise<boolean>;
}

const PARENT_SEGMENT = /(^|[\\/{,])\.\.([\\/},]|$)/;
/** On Windows the CLI takes `/c/Users` for `C:\Users`, as Git's shell does. */
const SHELL_DRIVE = /^\/([a-z])(?=\/)/i;

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

/**
 * The absolute paths that an argument can mean. The CLI trims it, resolves it against its working directory and expands `~`.
 * `..` after a link has two meanings: removed from the text of the path, or followed in the file system.
 */
export function possiblePaths(
  argument: string,
  base: string,
  { home, path }: WorkspacePaths,
): readonly string[] {
  const trimmed = argument.trim();
  const inShell = /^~(?=$|[\\/])/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
  const expanded = path.sep === '\\' ? inShell.replace(SHELL_DRIVE, '$1:') : inShell;
  const normalized = path.resolve(base, expanded);
  if (!expanded.includes('..')) return [normalized];
  return [normalized, path.isAbsolute(expanded) ? expanded : base + path.sep + expanded];
}

/**
 * The folder in which `Glob` searches, and every folder that its pattern may name. Names of folders can contain the
 * characters that have a meaning in a pattern, so from the first of these on, each beginning is taken for a path.
 */
function globPaths(base: string | undefined, pattern: string | undefined): readonly (string | undefined)[] {
  if (base === undefined || pattern === undefined || PARENT_SEGMENT.test(pattern)) return [undefined];
  const text = pattern.trim();
  const literal = text.split(/[*?[{!(]/, 1)[0] ?? '';
  const first = Math.max(literal.lastIndexOf('/'), literal.lastIndexOf('\\'));
  const ends = [...text.matchAll(/[\\/]/g)].map(({ index }) => index).filter((end) => end >= first);
  const isAbsolute = /^([\\/~]|[a-z]:)/i.test(text);
  const folders = ends.map((end) => text.slice(0, end + 1));
  return [base, ...folders.map((folder) => (isAbsolute ? folder : `${base.trim()}/${folder}`))];
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0') ? value : undefined;
}
