/** Looks at what is open in the editor, for the workspace lane. */
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

/** Files with problems that are looked at. */
const MOST_FILES = 20;

/**
 * A block about the active file and the problems of open files, as far as these are in the folders, and neither ignored
 * nor secret; `undefined` when there is nothing to tell.
 * @param folders where Claude works, absolute; paths are told from the first one
 */
export async function editorContext(folders: readonly string[]): Promise<ContextBlock | undefined> {
  const editor = window.activeTextEditor;
  const problems = openProblems();
  const wanted = [...(editor === undefined ? [] : [editor.document.uri]), ...problems.keys()];
  if (wanted.length === 0) return undefined;
  const paths = wanted.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
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

/** The errors and warnings of files that have a tab. */
function openProblems(): Map<Uri, readonly Diagnostic[]> {
  const open = new Set(
    window.tabGroups.all
      .flatMap((group) => group.tabs)
      .flatMap(({ input }) => (input instanceof TabInputText ? [input.uri.toString()] : [])),
  );
  const found = new Map<Uri, readonly Diagnostic[]>();
  for (const [uri, diagnostics] of languages.getDiagnostics()) {
    if (found.size === MOST_FILES) break;
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
