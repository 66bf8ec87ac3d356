/** Decides about calls of the CLI's own tools in the workspace lane, before the CLI's permission rules apply. Pure. */
import { EDITING_TOOLS, READING_TOOLS, SHELL_TOOLS, SUBAGENT_TOOLS } from '../cli/launch.js';
import type { Sensitivity, WorkspacePermissions } from '../../core/permission.js';
import { namesForeignPath, withoutForeignPaths } from './foreignPaths.js';
import { isolatedSubagent } from './subagents.js';
import { staysInside } from './shellCommand.js';
import { editsUnsavedFile, isInsideFile, pathSensitivity, readsDevice } from './pathSensitivity.js';
import type { ToolUse, WorkspacePaths } from './toolPaths.js';

/**
 * `useCliRules`: the permission rules in the user's and the project's settings decide. `ask`: the user decides, whatever
 * these rules say; `sensitive` is the reason if it is a path.
 */
export type PermissionDecision =
  | { readonly type: 'useCliRules' }
  | { readonly type: 'allow' }
  | { readonly type: 'ask'; readonly sensitive?: Sensitivity }
  | { readonly type: 'deny'; readonly reason: string };

const USE_CLI_RULES: PermissionDecision = { type: 'useCliRules' };

/** The permission mode that the CLI is started with. A subagent of the project may run in a less strict one. */
const DEFAULT_MODE = 'default';

/** @param mode the CLI's current permission mode */
export async function evaluate(
  use: ToolUse,
  permissions: WorkspacePermissions,
  workspace: WorkspacePaths,
  mode = DEFAULT_MODE,
): Promise<PermissionDecision> {
  const reads = READING_TOOLS.includes(use.tool);
  if (permissions === 'readOnly' && !reads) return { type: 'deny', reason: readOnlyReason(use.tool) };
  // Also the question to the user would show the file.
  if (await namesForeignPath(use, workspace)) return { type: 'deny', reason: foreignReason(workspace) };
  const paths = withoutForeignPaths(workspace);
  if (reads && (await readsDevice(use, paths))) return { type: 'deny', reason: DEVICE };
  const sensitive = await pathSensitivity(use, paths);
  if (permissions === 'readOnly') {
    return sensitive === 'outside' ? { type: 'deny', reason: outsideReason(paths) } : USE_CLI_RULES;
  }
  if (sensitive === 'outside') return { type: 'ask', sensitive };
  if (reads) return USE_CLI_RULES;
  if (sensitive !== undefined) return { type: 'ask', sensitive };
  if (SUBAGENT_TOOLS.includes(use.tool) && (await isolatedSubagent(use, paths))) return { type: 'ask' };
  if (SHELL_TOOLS.includes(use.tool) && !(await isConfinedCommand(use, paths))) return { type: 'ask' };
  const edits = EDITING_TOOLS.includes(use.tool);
  if (edits && (await editsUnsavedFile(use, paths))) return { type: 'ask', sensitive: 'unsaved' };
  if (permissions === 'acceptEdits' && edits) return { type: 'allow' };
  return mode === DEFAULT_MODE ? USE_CLI_RULES : { type: 'ask' };
}

const DEVICE =
  'This is a device, a socket or a named pipe, not a file: reading from it may never end. Nothing was read.';

/** Whether the CLI's own rules may decide about a command: it certainly stays in the workspace. */
async function isConfinedCommand({ tool, input, cwd }: ToolUse, paths: WorkspacePaths): Promise<boolean> {
  const { command } = input;
  // Other shells, and Bash on Windows, have other rules for words and paths.
  if (tool !== 'Bash' || paths.path.sep !== '/' || typeof command !== 'string') return false;
  return staysInside(command, (path) => isInsideFile(path, cwd, paths));
}

function readOnlyReason(tool: string): string {
  return `${tool} is not allowed: only reading is allowed (Read, Grep, Glob). Nothing was done. Say what you would have done instead.`;
}

function foreignReason({ folders }: WorkspacePaths): string {
  return `This path leads to another machine or to a device. Windows would send the user's name and a hash of the password there. Nothing was opened. Use only files inside ${folders.join(' and ')}.`;
}

function outsideReason({ folders }: WorkspacePaths): string {
  return `This path, or a CLAUDE.md that belongs to it, is outside the workspace: only files inside ${folders.join(' and ')} may be read, after symbolic links are resolved. Nothing was read.`;
}
