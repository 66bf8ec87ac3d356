/** The folder that Claude works in, as this window has it open. */
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
  /** Cached, because it is read for every request. */
  readonly current: WorkspaceFolder;
  readonly onChange: Event<void>;
}

/** The open folder that contains the editor's file. `undefined` for output panels and other editors without a file. */
function folderOf(editor: TextEditor | undefined): string | undefined {
  const folder = editor === undefined ? undefined : workspace.getWorkspaceFolder(editor.document.uri);
  return folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
}

/**
 * Watches the open folders, workspace trust and the active editor.
 * @param storage the extension's global storage folder; a window without an open folder uses an empty folder in it
 */
export function watchWorkspaceFolder(storage: Uri): WorkspaceFolderWatch {
  const changed = new EventEmitter<void>();
  let activeFolder = folderOf(window.activeTextEditor);
  let current = read();
  const update = (): void => {
    current = read();
    changed.fire();
  };
  const subscriptions = [
    workspace.onDidChangeWorkspaceFolders(update),
    workspace.onDidGrantWorkspaceTrust(update),
    window.onDidChangeActiveTextEditor((editor) => {
      const folder = folderOf(editor);
      // Without an editor that belongs to a folder, the folder stays.
      if (folder === undefined || folder === activeFolder) return;
      activeFolder = folder;
      update();
    }),
  ];

  function read(): WorkspaceFolder {
    const trusted = workspace.isTrusted;
    const openFolders = (workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath);
    const folder = chooseFolder(openFolders, activeFolder, join(storage.fsPath, 'no-folder'));
    if (openFolders.length > 0) {
      return { trusted, folder, moreFolders: openFolders.filter((other) => other !== folder) };
    }
    // Only this user may read what Claude writes there.
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
