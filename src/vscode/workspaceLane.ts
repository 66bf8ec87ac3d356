/** What VS Code contributes to the workspace lane: the user's permission, and what is open in the editor. */
import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Logger } from '../core/log.js';
import type { AskPermission, PermissionRequest } from '../core/permission.js';
import { editorContext } from './editorContext/editorContext.js';
import type { BackendConfig, WorkspaceConfig } from './lifecycle/desiredConfig.js';
import { unsavedDocument } from './permissions/openFiles.js';
import { showPermissionPrompt } from './permissions/permissionPrompt.js';
import { createPermissionQueue } from './permissions/permissionQueue.js';
import { createPreviewEditors } from './permissions/previewEditors.js';
import type { Configuration } from './platform/configuration.js';
import type { CommandTable } from './platform/names.js';

export interface WorkspaceLane extends Disposable {
  /** The permission request that waits for the user's answer. */
  readonly permissionRequest: PermissionRequest | undefined;
  /** Fires after `permissionRequest` has changed. */
  readonly onChange: Event<void>;
  /** Shows the permission request again. */
  showPermissionRequest(): void;
  /** The options that a backend with this configuration needs for the lane. Empty when no folder is open. */
  optionsFor(config: BackendConfig & { kind: 'cli' }): { workspace?: WorkspaceConfig & EditorAccess };
}

interface EditorAccess {
  readonly askPermission: AskPermission;
  readonly isUnsaved: (path: string) => Promise<boolean>;
  readonly editorContext: () => Promise<string | undefined>;
}

const PERMISSION_TIMEOUT_MINUTES = 5;

export const workspaceLaneCommands = (
  lane: Pick<WorkspaceLane, 'showPermissionRequest'>,
): CommandTable<'showPermissionRequest'> => ({
  showPermissionRequest: () => lane.showPermissionRequest(),
});

export function createWorkspaceLane(configuration: Configuration, log: Logger): WorkspaceLane {
  const changed = new EventEmitter<void>();
  const previews = createPreviewEditors();
  const queue = createPermissionQueue({
    show: (request, closed) =>
      showPermissionPrompt(request, { previews, closed, timeoutMinutes: PERMISSION_TIMEOUT_MINUTES }),
    onChange: () => changed.fire(),
    log,
    timeoutMs: PERMISSION_TIMEOUT_MINUTES * 60_000,
  });

  async function contextText(folders: readonly string[]): Promise<string | undefined> {
    if (!configuration.current['workspace.editorContext']) return undefined;
    const block = await editorContext(folders);
    if (block === undefined) return undefined;
    log.info(`[context] sent: ${block.summary}`);
    return block.text;
  }

  return {
    get permissionRequest() {
      return queue.current;
    },
    onChange: changed.event,
    showPermissionRequest: () => queue.showAgain(),
    optionsFor({ folder, workspace }) {
      if (workspace === undefined) return {};
      const folders = [folder, ...workspace.moreFolders];
      return {
        workspace: {
          ...workspace,
          askPermission: queue.ask,
          isUnsaved: async (path) => (await unsavedDocument(path)) !== undefined,
          editorContext: () => contextText(folders),
        },
      };
    },
    dispose() {
      previews.dispose();
      changed.dispose();
    },
  };
}
