/** Collects what is open in the editor, for the workspace lane. */
import {
  DiagnosticSeverity,
  languages,
  TabInputText,
  window,
  type Diagnostic,
  type TextEditor,
  type Uri,
} from 'vscode';
import { contextBlock, type ContextBlock, type EditorView, type Problem } from './contextBlock.js';
import { shareableFiles } from './shareableFiles.js';

const MAX_FILES_WITH_PROBLEMS = 20;

/**
 * Describes the active file and the problems in open files. Leaves out files that are outside the folders, ignored by Git
 * or likely to contain secrets. `undefined` when nothing is left.
 * @param folders the folders that Claude works in, absolute; paths are relative to the first one
 */
export async function editorContext(folders: readonly string[]): Promise<ContextBlock | undefined> {
  const editor = window.activeTextEditor;
  const problems = openProblems();
  const uris = [...(editor === undefined ? [] : [editor.document.uri]), ...problems.keys()];
  if (uris.length === 0) return undefined;
  const paths = uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const names = await shareableFiles(folders, paths);
  const file = editor === undefined ? undefined : fileOf(editor, names);
  return contextBlock({
    ...(file === undefined ? {} : { file }),
    problems: [...problems].flatMap(([uri, found]) => {
      const path = names.get(uri.fsPath);
      return path === undefined ? [] : found.map((diagnostic) => problemOf(path, diagnostic));
    }),
  });
}

function fileOf({ document, selection }: TextEditor, names: ReadonlyMap<string, string>): EditorView['file'] {
  const path = names.get(document.uri.fsPath);
  if (path === undefined || document.uri.scheme !== 'file') return undefined;
  const { start, end } = selection;
  return {
    path,
    language: document.languageId,
    unsaved: document.isDirty,
    ...(selection.isEmpty
      ? {}
      : {
          selection: {
            firstLine: start.line + 1,
            lastLine: end.line + 1,
            text: document.getText(selection),
          },
        }),
  };
}

/** The errors and warnings in files that have a tab. */
function openProblems(): Map<Uri, readonly Diagnostic[]> {
  const open = new Set(
    window.tabGroups.all
      .flatMap((group) => group.tabs)
      .flatMap(({ input }) => (input instanceof TabInputText ? [input.uri.toString()] : [])),
  );
  const found = new Map<Uri, readonly Diagnostic[]>();
  for (const [uri, diagnostics] of languages.getDiagnostics()) {
    if (found.size === MAX_FILES_WITH_PROBLEMS) break;
    if (uri.scheme !== 'file' || !open.has(uri.toString())) continue;
    const serious = diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning);
    if (serious.length > 0) found.set(uri, serious);
  }
  return found;
}

function problemOf(path: string, { severity, message, range }: Diagnostic): Problem {
  return {
    path,
    line: range.start.line + 1,
    column: range.start.character + 1,
    severity: severity === DiagnosticSeverity.Error ? 'error' : 'warning',
    message,
  };
}
