/** What the editor has open of a file that is on the disk, too. */
import { realpath, readFile, stat } from 'node:fs/promises';
import { workspace, type NotebookDocument, type TextDocument } from 'vscode';
import type { AskedFile } from './permissionText.js';

/** Larger files are not read for a comparison. */
const COMPARED_BYTES = 5_000_000;

const real = (path: string): Promise<string> => realpath(path).catch(() => path);

/** The open document with that file's unsaved changes, under whatever name it is open. @param path absolute */
export async function unsavedDocument(path: string): Promise<TextDocument | NotebookDocument | undefined> {
  const changed = [...workspace.textDocuments, ...workspace.notebookDocuments].filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file',
  );
  if (changed.length === 0) return undefined;
  const wanted = await real(path);
  for (const document of changed) if ((await real(document.uri.fsPath)) === wanted) return document;
  return undefined;
}

/** The file as the person sees it: with what is not saved yet. @param path absolute */
export async function fileAt(path: string): Promise<AskedFile> {
  const document = await unsavedDocument(path);
  const unsaved = document !== undefined;
  if (unsaved && 'getText' in document) return { exists: true, unsaved, text: document.getText() };
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return { exists: false, unsaved };
  if (!status.isFile() || status.size > COMPARED_BYTES) return { exists: true, unsaved };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return { exists: true, unsaved, ...(text === undefined ? {} : { text }) };
}
