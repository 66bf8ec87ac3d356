/** How processes and conversations of the chat lane and of the workspace lane differ. */
import { homedir } from 'node:os';
import path from 'node:path';
import type { Lane } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import type { AskPermission, WorkspacePermissions } from '../../core/permission.js';
import { outsideInstructions } from './outsideInstructions.js';
import { PermissionGate } from './permissionGate.js';
import { CHAT_ARGUMENTS, childEnvironment, workspaceArguments } from '../cli/launch.js';
import { projectState } from './projectState.js';
import type { FinishedToolUse } from './toolPaths.js';
import { progressLine } from './toolPhrases.js';
import { markdownTexts, workspaceFiles } from './workspaceFiles.js';

/** What Claude may do in the workspace, and how the user and the editor are asked. */
export interface WorkspaceOptions {
  readonly permissions: WorkspacePermissions;
  /** Further folders of a multi-root workspace, absolute. */
  readonly moreFolders: readonly string[];
  /** If absent, everything that needs the user's permission is denied. */
  readonly askPermission?: AskPermission;
  /** Whether an editor has unsaved changes of that file. The user is asked before Claude edits such a file. */
  readonly isUnsaved?: (path: string) => Promise<boolean>;
  /** A short text about the editor, put before the text of the newest user message; `undefined` for none. */
  readonly editorContext?: () => Promise<string | undefined>;
}

/** What the conversations of a process of the workspace lane use in addition. */
export interface WorkspaceServices {
  readonly gate: PermissionGate;
  /** The text about the editor to send with the current request. Never rejects. */
  editorContext(): Promise<string | undefined>;
  /** One line about a call of the CLI's own tools that has finished; `undefined` if it is of no interest. */
  progress(use: FinishedToolUse): string | undefined;
}

/** How the processes of a lane are started, and what their conversations use. */
export interface LaneConfig {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Further arguments, which depend on the project's files. */
  startArguments(): Promise<readonly string[]>;
  /** Changes when a process started now would read other project files than one started before. */
  projectState(): Promise<string>;
  /** Called once per process; `undefined` in the chat lane. */
  createServices(): WorkspaceServices | undefined;
}

/** The lanes of one backend. Without `workspace`, requests for that lane are refused. */
export type LaneConfigs = Readonly<Partial<Record<Lane, LaneConfig>>> & { readonly chat: LaneConfig };

export interface LaneOptions {
  /** Where the CLI runs, absolute. */
  readonly folder: string;
  /** The user's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `name/version`, for the CLI's User-Agent. */
  readonly app: string;
  readonly log: Logger;
}

/**
 * In its simple mode the CLI calls no hooks: it would not ask the permission gate, and would answer the calls of the client's
 * tools itself. The user's settings, or those of a project, could switch it on.
 */
const HOOKS_ON = { CLAUDE_CODE_SIMPLE: '' };

export function chatLane({ folder, env, app }: LaneOptions): LaneConfig {
  return {
    args: [...CHAT_ARGUMENTS, '--settings', JSON.stringify({ env: HOOKS_ON })],
    env: childEnvironment(env, folder, app, 'chat'),
    startArguments: () => Promise.resolve([]),
    projectState: () => Promise.resolve(''),
    createServices: () => undefined,
  };
}

export function workspaceLane(options: LaneOptions, workspace: WorkspaceOptions): LaneConfig {
  const { folder, env, app, log } = options;
  const { permissions, moreFolders, askPermission, isUnsaved } = workspace;
  const home = env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? homedir();
  const configFolder = env['CLAUDE_CONFIG_DIR'] ?? path.join(home, '.claude');
  const folders = [folder, ...moreFolders] as const;
  const agentFolders = [...folders.map((each) => path.join(each, '.claude')), configFolder].map((each) =>
    path.join(each, 'agents'),
  );
  const agentDefinitions = (): Promise<readonly string[]> => markdownTexts(agentFolders);
  const paths = {
    folders,
    home,
    path,
    ...workspaceFiles(folders),
    agentDefinitions,
    ...(isUnsaved === undefined ? {} : { isUnsaved }),
  };

  async function startArguments(): Promise<readonly string[]> {
    const { settings, warnings } = await outsideInstructions(paths);
    for (const warning of warnings) log.warn(`[workspace] ${warning}`);
    return ['--settings', JSON.stringify({ ...settings, env: HOOKS_ON })];
  }

  async function editorContext(): Promise<string | undefined> {
    if (workspace.editorContext === undefined) return undefined;
    try {
      const text = await workspace.editorContext();
      if (text !== undefined) log.trace(`[workspace] editor context: ${text}`);
      return text;
    } catch (error) {
      log.warn(`[workspace] no editor context: ${String(error)}`);
      return undefined;
    }
  }

  return {
    args: workspaceArguments(permissions, moreFolders),
    env: childEnvironment(env, folder, app, 'workspace'),
    startArguments,
    projectState: async () => {
      const { settings } = await outsideInstructions(paths);
      return `${await projectState({ folder, configFolder, home, readText: paths.readText })} ${JSON.stringify(settings)}`;
    },
    createServices: () => ({
      gate: new PermissionGate({
        permissions,
        paths,
        log,
        ...(askPermission === undefined ? {} : { askPermission }),
      }),
      editorContext,
      progress: (use) => progressLine(use, { folder, path }),
    }),
  };
}
