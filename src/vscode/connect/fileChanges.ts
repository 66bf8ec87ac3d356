/** Changes of the user's configuration files. Each is shown as a diff, and written only after the user has confirmed. */
import { homedir } from 'node:os';
import { posix, relative, sep } from 'node:path';
import {
  CancellationTokenSource,
  commands,
  env,
  FileSystemError,
  Position,
  Range,
  Uri,
  window,
  workspace,
} from 'vscode';
import { CHANGE_SCHEME } from '../platform/names.js';
import { isBelow } from '../platform/paths.js';
import {
  showAlreadyConfigured,
  showManualChangeNeeded,
  showStatusMessage,
} from '../notifications/notifications.js';
import { addedLines } from './addedLines.js';
import { applyEdit, candidatePaths, type FileLocation } from './fileEdit.js';
import type { ConfigurationFile, Snippet } from './guide.js';
import { ensurePrivateFile } from './privateFile.js';
import { t } from '../platform/localize.js';

export interface ProposedChange {
  readonly file: ConfigurationFile;
  /** The content of a new file. */
  readonly snippet: Snippet;
  readonly clientTitle: string;
  readonly containsToken: boolean;
}

export interface FileChanges {
  /**
   * Shows the change and asks for confirmation.
   * @throws Error when the file cannot be found or read
   */
  propose(change: ProposedChange): Promise<void>;
  /** Writes the change whose new text has this URI; without one, the change in the active editor. */
  apply(uri: Uri | undefined): Promise<void>;
  /** The text of a virtual document of the diff. */
  textOf(uri: Uri): string;
}

/** A change whose diff is open. */
interface OpenChange {
  readonly proposal: ProposedChange;
  readonly target: Uri;
  /** `undefined` when the file did not exist. */
  readonly before: string | undefined;
  readonly after: string;
}

const APPLY = 'apply';
const CANCEL = 'cancel';
const MESSAGE_MS = 5_000;

/** The path as the user knows it: with `~` for the home folder. */
function displayPath({ fsPath, path }: Uri, location: FileLocation): string {
  if (location.root === 'userData') return posix.basename(path);
  const home = homedir();
  return isBelow(home, fsPath) ? `~${sep}${relative(home, fsPath)}` : fsPath;
}

/**
 * The text of a file; `undefined` when it does not exist.
 * @throws FileSystemError when it exists and cannot be read
 */
async function readText(file: Uri): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await workspace.fs.readFile(file));
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}

async function exists(file: Uri): Promise<boolean> {
  return workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/** @throws Error when this version of VS Code does not have the file */
async function locate(location: FileLocation): Promise<Uri> {
  if (location.root === 'userData') {
    // Only VS Code knows its profile, and in a remote window the machine that has the user data.
    await commands.executeCommand(location.openCommand);
    const opened = window.activeTextEditor?.document.uri;
    if (opened?.path.endsWith('.json') !== true) throw new Error(t('VS Code did not open the file.'));
    return opened;
  }
  const context = { home: homedir(), platform: process.platform, env: process.env };
  const files = candidatePaths(location, context).map((path) => Uri.file(path));
  for (const file of files) if (await exists(file)) return file;
  return files.at(-1) ?? Uri.file(homedir());
}

/** @param added the lines to select, from 0 */
async function openFile(
  target: Uri,
  added?: { readonly first: number; readonly last: number },
): Promise<void> {
  const document = await workspace.openTextDocument(target);
  const selection = added && {
    selection: new Range(new Position(added.first, 0), document.lineAt(added.last).range.end),
  };
  await window.showTextDocument(document, { preview: false, ...selection });
}

const hasUnsavedChanges = (target: Uri): boolean =>
  workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === target.toString(),
  );

export function createFileChanges(): FileChanges {
  const openChanges = new Map<string, OpenChange>();
  const confirmations = new Map<string, CancellationTokenSource>();
  let count = 0;

  async function requestManualChange(target: Uri, proposal: ProposedChange, reason: string): Promise<void> {
    const message = t('{0} Add the configuration for {1} yourself.', reason, proposal.clientTitle);
    if (!(await showManualChangeNeeded(message))) return;
    await env.clipboard.writeText(proposal.snippet.text);
    await openFile(target);
  }

  async function propose(proposal: ProposedChange): Promise<void> {
    const { file, snippet } = proposal;
    const target = await locate(file.location);
    const name = displayPath(target, file.location);
    if (hasUnsavedChanges(target)) {
      await requestManualChange(target, proposal, t('{0} has unsaved changes.', name));
      return;
    }
    const before = await readText(target);
    const result = applyEdit(before, file.edit, snippet.text);
    switch (result.kind) {
      case 'present':
        if (await showAlreadyConfigured(name)) await openFile(target);
        return;
      case 'unsafe': {
        const reason = t(
          '{0} cannot be changed safely: its format is not supported, or it has another entry of this name.',
          name,
        );
        await requestManualChange(target, proposal, reason);
        return;
      }
      case 'changed':
        await confirm({ proposal, target, before, after: result.text }, name);
    }
  }

  async function confirm(change: OpenChange, name: string): Promise<void> {
    count += 1;
    const { target, before, proposal } = change;
    const fileName = posix.basename(target.path);
    const after = Uri.from({ scheme: CHANGE_SCHEME, path: `/new/${count}/${fileName}` });
    const emptyFile = Uri.from({ scheme: CHANGE_SCHEME, path: `/none/${fileName}` });
    const left = before === undefined ? emptyFile : target;
    const key = after.toString();
    openChanges.set(key, change);
    await commands.executeCommand('vscode.diff', left, after, t('{0} (Proposed Change)', fileName), {
      preview: false,
    });
    const confirmation = new CancellationTokenSource();
    confirmations.set(key, confirmation);
    // When the user closes this list, the diff stays open: its editor has a button that applies the change, too.
    const chosen = await window.showQuickPick(
      [
        { label: `$(check) ${t('Apply')}`, answer: APPLY },
        { label: `$(close) ${t('Cancel')}`, answer: CANCEL },
      ],
      {
        title: t('Apply this change to {0}?', name),
        placeHolder: proposal.containsToken
          ? t('The file will contain the token')
          : t('Nothing has been written yet'),
        ignoreFocusOut: true,
      },
      confirmation.token,
    );
    confirmations.delete(key);
    confirmation.dispose();
    if (chosen?.answer === APPLY) await apply(after);
    else if (chosen !== undefined) await close(after);
  }

  /** Closes the diff and its list of answers, and forgets the change. */
  async function close(after: Uri): Promise<void> {
    openChanges.delete(after.toString());
    confirmations.get(after.toString())?.cancel();
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
    const rightSide = (input: unknown): unknown =>
      typeof input === 'object' && input !== null && 'modified' in input ? input.modified : undefined;
    await window.tabGroups.close(tabs.filter(({ input }) => String(rightSide(input)) === after.toString()));
  }

  async function apply(uri: Uri | undefined): Promise<void> {
    const after = uri ?? window.activeTextEditor?.document.uri;
    const change = after === undefined ? undefined : openChanges.get(after.toString());
    if (after === undefined || change === undefined) return;
    const { target, before, proposal } = change;
    await close(after);
    if ((await readText(target)) !== before) {
      // The file has changed since the diff was shown, so the user has to confirm the new result.
      await propose(proposal);
      return;
    }
    // A token may be added later, even if there is none now. Files in VS Code's user data are created by VS Code.
    if (target.scheme === 'file') await ensurePrivateFile(target.fsPath);
    // Writing through VS Code updates open editors at once, and keeps the file's mode, owner and links.
    await workspace.fs.writeFile(target, new TextEncoder().encode(change.after));
    await openFile(target, addedLines(before ?? '', change.after));
    showStatusMessage(`$(check) ${t('Added the configuration for {0}', proposal.clientTitle)}`, MESSAGE_MS);
  }

  return {
    propose,
    apply,
    textOf: (uri) => openChanges.get(uri.toString())?.after ?? '',
  };
}
