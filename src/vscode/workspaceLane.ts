/** What the workspace lane needs of the editor: the person's permission, and what is open. */
import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Logger } from '../core/log.js';
import type { AskPermission, PermissionRequest } from '../core/permission.js';
import type { Configuration } from './platform/configuration.js';
import type { CommandTable } from './platform/names.js';
import { editorContext } from './editorContext/editorContext.js';
import { createPreviewEditors } from './permissions/previewEditors.js';
import { unsavedDocument } from './permissions/openFiles.js';
import type { BackendConfig, WorkspaceConfig } from './lifecycle/desiredConfig.js';
import { showPermissionPrompt } from './permissions/permissionPrompt.js';
import { createPermissionQueue } from './permissions/permissionQueue.js';

export interface WorkspaceLane extends Disposable {
  /** What Claude asks the person now. */
  readonly question: PermissionRequest | undefined;
  /** Fires after `question` has changed. */
  readonly onChange: Event<void>;
  /** Shows the question again. */
  showQuestion(): void;
  /** What a backend of that plan is given. */
  optionsFor(plan: BackendConfig & { kind: 'cli' }): { workspace?: WorkspaceConfig & EditorAccess };
}

interface EditorAccess {
  readonly askPermission: AskPermission;
  readonly isUnsaved: (path: string) => Promise<boolean>;
  readonly editorContext: () => Promise<string | undefined>;
}

/** How long a question waits for its answer. */
const PATIENCE_MINUTES = 5;

export const workspaceLaneCommands = (
  lane: Pick<WorkspaceLane, 'showQuestion'>,
): CommandTable<'showPermissionRequest'> => ({
  showPermissionRequest: () => lane.showQuestion(),
});

export function createWorkspaceLane(configuration: Configuration, log: Logger): WorkspaceLane {
  const changed = new EventEmitter<void>();
  const exhibits = createPreviewEditors();
  const questions = createPermissionQueue({
    show: (request, over) => showPermissionPrompt(exhibits, PATIENCE_MINUTES, request, over),
    onChange: () => changed.fire(),
    log,
    patienceMs: PATIENCE_MINUTES * 60_000,
  });

  async function context(folders: readonly string[]): Promise<string | undefined> {
    if (!configuration.current['workspace.editorContext']) return undefined;
    const block = await editorContext(folders);
    if (block === undefined) return undefined;
    log.info(`[context] sent: ${block.summary}`);
    return block.text;
  }

  return {
    get question() {
      return questions.current;
    },
    onChange: changed.event,
    showQuestion: () => questions.showAgain(),
    optionsFor({ folder, workspace }) {
      if (workspace === undefined) return {};
      const folders = [folder, ...workspace.moreFolders];
      return {
        workspace: {
          ...workspace,
          askPermission: questions.ask,
          isUnsaved: async (path) => (await unsavedDocument(path)) !== undefined,
          editorContext: () => context(folders),
        },
      };
    },
    dispose() {
      exhibits.dispose();
      changed.dispose();
    },
  };
}
