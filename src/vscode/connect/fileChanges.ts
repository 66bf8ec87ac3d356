/** Changes of a person's files: shown first, written on their yes, and only to the file as it was shown. */
import { homedir } from 'node:os';
import { posix } from 'node:path';
import { CancellationTokenSource, commands, env, FileSystemError, Uri, window, workspace } from 'vscode';
import { CHANGE_SCHEME, PRODUCT } from '../platform/names.js';
import { candidates, edited, type FilePlace } from './fileEdit.js';
import type { OwnedFile, Snippet } from './guide.js';
import { ensurePrivateFile } from './privateFile.js';

export interface Proposal {
  readonly file: OwnedFile;
  /** What a new file has in it. */
  readonly snippet: Snippet;
  /** The client's. */
  readonly title: string;
  /** Whether there is a key in it. */
  readonly secret: boolean;
}

export interface FileChanges {
  /** Shows what the file will be, and asks. */
  propose(proposal: Proposal): Promise<void>;
  /** Writes what is shown there; without an address, in the editor that is open. */
  write(uri: Uri | undefined): Promise<void>;
  /** The text of either side of what is shown. */
  textOf(uri: Uri): string;
}

interface Change {
  readonly proposal: Proposal;
  readonly target: Uri;
  readonly before: string | undefined;
  readonly after: string;
}

const WRITE = 'Write';
const SHOW = 'Show File';
const COPY = 'Copy and Show File';
const SAID_MS = 5_000;
const NEW_SIDE = '/new/';

/** A file as people write it. */
function nameOf({ fsPath, path }: Uri, place: FilePlace): string {
  if (place.root === 'userData') return posix.basename(path);
  const home = homedir();
  return fsPath.startsWith(home) ? `~${fsPath.slice(home.length)}` : fsPath;
}

/** @throws FileSystemError when it is there and cannot be read */
async function textIn(file: Uri): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await workspace.fs.readFile(file));
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}

async function isThere(file: Uri): Promise<boolean> {
  return workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/** @throws Error when this VS Code has no such file */
async function locate(place: FilePlace): Promise<Uri> {
  if (place.root === 'userData') {
    // Only the editor knows its profile, and the machine that its user data is on.
    await commands.executeCommand(place.openedBy);
    const opened = window.activeTextEditor?.document.uri;
    if (opened?.path.endsWith('.json') !== true) throw new Error('VS Code did not open the file.');
    return opened;
  }
  const files = candidates(place, homedir(), process.platform, process.env).map((path) => Uri.file(path));
  for (const file of files) if (await isThere(file)) return file;
  return files.at(-1) ?? Uri.file(homedir());
}

export function createFileChanges(): FileChanges {
  const shown = new Map<string, Change>();
  const questions = new Map<string, CancellationTokenSource>();
  let count = 0;

  async function showFile(target: Uri): Promise<void> {
    await window.showTextDocument(await workspace.openTextDocument(target), { preview: false });
  }

  async function byHand(target: Uri, { snippet, title }: Proposal, why: string): Promise<void> {
    const chosen = await window.showWarningMessage(
      `${PRODUCT}: ${why} Put the lines for ${title} into it yourself.`,
      COPY,
    );
    if (chosen !== COPY) return;
    await env.clipboard.writeText(snippet.text);
    await showFile(target);
  }

  async function propose(proposal: Proposal): Promise<void> {
    const target = await locate(proposal.file.place);
    const name = nameOf(target, proposal.file.place);
    if (workspace.textDocuments.some((one) => one.isDirty && one.uri.toString() === target.toString())) {
      await byHand(target, proposal, `${name} has changes that are not saved.`);
      return;
    }
    const before = await textIn(target);
    const result = edited(before, proposal.file.edit, proposal.snippet.text);
    switch (result.kind) {
      case 'same': {
        const chosen = await window.showInformationMessage(`${name} has these lines already.`, SHOW);
        if (chosen === SHOW) await showFile(target);
        return;
      }
      case 'byHand':
        await byHand(
          target,
          proposal,
          `${name} has a form, or an entry of this name, that is better not changed by a program.`,
        );
        return;
      case 'changed':
        await ask({ proposal, target, before, after: result.text }, name);
    }
  }

  async function ask(change: Change, name: string): Promise<void> {
    count += 1;
    const { target, before, proposal } = change;
    const file = posix.basename(target.path);
    const after = Uri.from({ scheme: CHANGE_SCHEME, path: `${NEW_SIDE}${count}/${file}` });
    const left = before === undefined ? Uri.from({ scheme: CHANGE_SCHEME, path: `/none/${file}` }) : target;
    shown.set(after.toString(), change);
    await commands.executeCommand('vscode.diff', left, after, `${file}: as it will be`, { preview: false });
    const answered = new CancellationTokenSource();
    questions.set(after.toString(), answered);
    // Stays until it is answered, and nothing happens when it is not: the editor has a button for the yes, too.
    const chosen = await window.showQuickPick(
      [
        { label: `$(check) ${WRITE}`, answer: WRITE },
        { label: '$(close) Cancel', answer: 'no' },
      ],
      {
        title: `Write this change to ${name}?`,
        placeHolder: proposal.secret ? 'The token will be in the file' : 'Nothing has been written yet',
        ignoreFocusOut: true,
      },
      answered.token,
    );
    questions.delete(after.toString());
    answered.dispose();
    if (chosen?.answer === WRITE) await write(after);
    else if (chosen !== undefined) await close(after);
  }

  /** Closes what is shown, and forgets it. */
  async function close(after: Uri): Promise<void> {
    shown.delete(after.toString());
    questions.get(after.toString())?.cancel();
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
    const sides = (input: unknown): unknown =>
      typeof input === 'object' && input !== null && 'modified' in input ? input.modified : undefined;
    await window.tabGroups.close(tabs.filter(({ input }) => String(sides(input)) === after.toString()));
  }

  async function write(uri: Uri | undefined): Promise<void> {
    const after = uri ?? window.activeTextEditor?.document.uri;
    const change = after === undefined ? undefined : shown.get(after.toString());
    if (after === undefined || change === undefined) return;
    const { target, before, proposal } = change;
    await close(after);
    if ((await textIn(target)) !== before) {
      // It has changed since it was shown: nobody has said yes to what would be written now.
      await propose(proposal);
      return;
    }
    // Later a token may come into a file that has none now. Files of the editor's own profile are the editor's to make.
    if (target.scheme === 'file') await ensurePrivateFile(target.fsPath);
    // Written through the editor, which shows the file at once and keeps its mode, its owner and links to it.
    await workspace.fs.writeFile(target, new TextEncoder().encode(change.after));
    await showFile(target);
    window.setStatusBarMessage(`$(check) ${proposal.title} is connected`, SAID_MS);
  }

  return {
    propose,
    write,
    textOf: (uri) => shown.get(uri.toString())?.after ?? '',
  };
}
