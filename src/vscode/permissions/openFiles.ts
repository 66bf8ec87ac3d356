/** Files as the user sees them in VS Code: on disk or with unsaved changes. */
import { realpath, readFile, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { workspace, type NotebookDocument, type TextDocument } from 'vscode';
import type { TargetFile } from './permissionText.js';

/** Larger files are not read for a preview. */
const MAX_PREVIEW_BYTES = 5_000_000;

const resolveLinks = (path: string): Promise<string> => realpath(path).catch(() => path);

/** The open document with unsaved changes of that file, also when it is open through a link. @param path absolute */
export async function unsavedDocument(path: string): Promise<TextDocument | NotebookDocument | undefined> {
  const unsaved = [...workspace.textDocuments, ...workspace.notebookDocuments].filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file',
  );
  if (unsaved.length === 0) return undefined;
  const target = await resolveLinks(path);
  for (const document of unsaved) {
    if (relative(await resolveLinks(document.uri.fsPath), target) === '') return document;
  }
  return undefined;
}

/** Reads a file with its unsaved changes. @param path absolute */
export async function readTargetFile(path: string): Promise<TargetFile> {
  const document = await unsavedDocument(path);
  const unsaved = document !== undefined;
  if (unsaved && 'getText' in document) return { exists: true, unsaved, text: document.getText() };
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return { exists: false, unsaved };
  if (!status.isFile() || status.size > MAX_PREVIEW_BYTES) return { exists: true, unsaved };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return { exists: true, unsaved, ...(text === undefined ? {} : { text }) };
}
