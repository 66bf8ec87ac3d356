/** What differs between a process of the chat lane and one of the workspace lane. */
import { homedir } from 'node:os';
import path from 'node:path';
import type { Lane } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import type { AskPermission, WorkspacePermissions } from '../../core/permission.js';
import { PermissionGate } from './permissionGate.js';
import { CHAT_ARGUMENTS, childEnvironment, workspaceArguments } from '../cli/launch.js';
import { projectState } from './projectState.js';
import { realPath } from '../cli/realPath.js';
import type { ToolUse } from './toolPaths.js';
import { progressLine } from './toolPhrases.js';

/** What Claude may do in the folder, and who is asked. */
export interface WorkspaceOptions {
  readonly permissions: WorkspacePermissions;
  /** Further folders of a multi-root workspace, absolute. */
  readonly moreFolders: readonly string[];
  /** Absent: what would be asked is denied. */
  readonly askPermission?: AskPermission;
  /** Whether an editor holds changes of that file that are not on the disk: it is asked for before it is edited. */
  readonly isUnsaved?: (path: string) => Promise<boolean>;
  /** A short block about the editor, put before the person's words of the newest user turn; `undefined`: none. */
  readonly editorContext?: () => Promise<string | undefined>;
}

/** What a conversation at work in the folder has besides. */
export interface WorkspaceSide {
  readonly gate: PermissionGate;
  /** What is said about the editor with the question that is asked now. Never rejects. */
  context(): Promise<string | undefined>;
  /** One line on a call of the CLI's own tools that is over, where it is of interest. */
  progress(use: ToolUse, failed: boolean): string | undefined;
}

export interface LaneSpec {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Changes when a process would read something else of the project at its start. */
  project(): Promise<string>;
  /** For one conversation. */
  side(): WorkspaceSide | undefined;
}

export interface LaneOptions {
  /** Where the CLI runs, absolute. */
  readonly folder: string;
  /** The environment of the person. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the CLI's User-Agent. */
  readonly app: string;
  readonly log: Logger;
}

export function chatLane({ folder, env, app }: LaneOptions): LaneSpec {
  return {
    args: CHAT_ARGUMENTS,
    env: childEnvironment(env, folder, app, 'chat'),
    project: () => Promise.resolve(''),
    side: () => undefined,
  };
}

export function workspaceLane(options: LaneOptions, workspace: WorkspaceOptions): LaneSpec {
  const { folder, env, app, log } = options;
  const { permissions, moreFolders, askPermission, isUnsaved, editorContext } = workspace;
  const home = env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? homedir();
  const configFolder = env['CLAUDE_CONFIG_DIR'] ?? path.join(home, '.claude');
  const folders = [folder, ...moreFolders] as const;
  const place = { folders, home, path, realPath, ...(isUnsaved === undefined ? {} : { isUnsaved }) };

  async function context(): Promise<string | undefined> {
    if (editorContext === undefined) return undefined;
    try {
      const block = await editorContext();
      if (block !== undefined) log.trace(`[workspace] editor context: ${block}`);
      return block;
    } catch (error) {
      log.warn(`[workspace] no editor context: ${String(error)}`);
      return undefined;
    }
  }

  return {
    args: workspaceArguments(permissions, moreFolders),
    env: childEnvironment(env, folder, app, 'workspace'),
    project: () => projectState(folder, configFolder),
    side: () => ({
      gate: new PermissionGate({
        permissions,
        place,
        log,
        ...(askPermission === undefined ? {} : { askPermission }),
      }),
      context,
      progress: (use, failed) => progressLine(use, failed, folder, path),
    }),
  };
}

/** The lanes of one backend. */
export type Lanes = Readonly<Partial<Record<Lane, LaneSpec>>> & { readonly chat: LaneSpec };
