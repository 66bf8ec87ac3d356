/** Where Claude works in this window: which folder, and whether it is trusted. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  EventEmitter,
  window,
  workspace,
  type Disposable,
  type Event,
  type TextEditor,
  type Uri,
} from 'vscode';
import { chooseFolder, type WorkspaceFolder } from './desiredConfig.js';

export interface WorkspaceFolderWatch extends Disposable {
  /** From memory: every request reads it. */
  readonly current: WorkspaceFolder;
  readonly onChange: Event<void>;
}

/** The open folder that a text editor's file is in. Output panels and the like have none. */
function folderOf(editor: TextEditor | undefined): string | undefined {
  const folder = editor === undefined ? undefined : workspace.getWorkspaceFolder(editor.document.uri);
  return folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
}

/**
 * Watches folders, trust and the active editor.
 * @param storage this extension's own folder; a window without a folder works in an empty one below it
 */
export function watchWorkspaceFolder(storage: Uri): WorkspaceFolderWatch {
  const changed = new EventEmitter<void>();
  let active = folderOf(window.activeTextEditor);
  let current = look();
  const update = (): void => {
    current = look();
    changed.fire();
  };
  const subscriptions = [
    workspace.onDidChangeWorkspaceFolders(update),
    workspace.onDidGrantWorkspaceTrust(update),
    window.onDidChangeActiveTextEditor((editor) => {
      const folder = folderOf(editor);
      // An editor of no folder, or none at all, does not move Claude out of where it works.
      if (folder === undefined || folder === active) return;
      active = folder;
      update();
    }),
  ];

  function look(): WorkspaceFolder {
    const trusted = workspace.isTrusted;
    const open = (workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath);
    const folder = chooseFolder(open, active, join(storage.fsPath, 'no-folder'));
    if (open.length > 0) return { trusted, folder, moreFolders: open.filter((other) => other !== folder) };
    // Private: what Claude does there is nobody else's business.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { trusted, folder, moreFolders: undefined };
  }

  return {
    get current() {
      return current;
    },
    onChange: changed.event,
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      changed.dispose();
    },
  };
}
