/** What VS Code contributes to the workspace lane: the user's permission, and what is open in the editor. */
import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Logger } from '../core/log.js';
import type { AskPermission, PermissionAnswer, PermissionRequest } from '../core/permission.js';
import { editorContext } from './editorContext/editorContext.js';
import type { BackendConfig, WorkspaceConfig } from './lifecycle/desiredConfig.js';
import { unsavedDocument } from './permissions/openFiles.js';
import { showPermissionPrompt } from './permissions/permissionPrompt.js';
import { createPermissionQueue } from './permissions/permissionQueue.js';
import { createPreviewEditors } from './permissions/previewEditors.js';
import { focusNotification } from './notifications/notifications.js';
import type { Configuration } from './platform/configuration.js';
import type { CommandTable } from './platform/names.js';

export interface WorkspaceLane extends Disposable {
  /** The permission requests that wait for the user's answer. The first one is shown, the others wait. */
  readonly permissionRequests: readonly PermissionRequest[];
  /** Fires after `permissionRequests` has changed. */
  readonly onChange: Event<void>;
  /** Shows the first permission request again, and moves the keyboard focus to it. */
  showPermissionRequest(): Promise<void>;
  /**
   * Answers the first permission request.
   * @param label of the chat that the user answered; without it, of any chat
   */
  answer(answer: PermissionAnswer, label?: string): void;
  /** The options that a backend with this configuration needs for the lane. Empty when no folder is open. */
  optionsFor(config: BackendConfig & { kind: 'cli' }): { workspace?: WorkspaceConfig & EditorAccess };
}

interface EditorAccess {
  readonly askPermission: AskPermission;
  readonly isUnsaved: (path: string) => Promise<boolean>;
  readonly editorContext: () => Promise<string | undefined>;
}

const PERMISSION_TIMEOUT_MINUTES = 5;

type PermissionCommandName = 'showPermissionRequest' | 'allow' | 'allowForConversation' | 'deny';

/** VS Code passes the chat of the row in the Activity view, or the address of the editor, whose button was pressed. */
export function workspaceLaneCommands(
  lane: Pick<WorkspaceLane, 'showPermissionRequest' | 'answer'>,
): CommandTable<PermissionCommandName> {
  const answerWith =
    (answer: PermissionAnswer) =>
    (row?: { readonly label?: string }): void =>
      lane.answer(answer, row?.label);
  return {
    showPermissionRequest: () => lane.showPermissionRequest(),
    allow: answerWith('once'),
    allowForConversation: answerWith('conversation'),
    deny: answerWith('deny'),
  };
}

export function createWorkspaceLane(configuration: Configuration, log: Logger): WorkspaceLane {
  const changed = new EventEmitter<void>();
  const previews = createPreviewEditors();
  const queue = createPermissionQueue({
    show: (request, nextCommand, closed) =>
      showPermissionPrompt(request, {
        previews,
        nextCommand,
        closed,
        timeoutMinutes: PERMISSION_TIMEOUT_MINUTES,
      }),
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
    get permissionRequests() {
      return queue.pending;
    },
    onChange: changed.event,
    async showPermissionRequest() {
      queue.showAgain();
      await focusNotification();
    },
    answer: (answer, label) => queue.answer(answer, label),
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
