/** The text that tells Claude what is open in the editor. Pure. */
import { printable } from '../../core/log.js';

/** Lines and columns count from 1. Paths are written as Claude should name them. */
export interface EditorView {
  readonly file?: {
    readonly path: string;
    readonly language: string;
    readonly unsaved: boolean;
    /** Absent when nothing is selected. */
    readonly selection?: { readonly firstLine: number; readonly lastLine: number; readonly text: string };
  };
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface ContextBlock {
  readonly text: string;
  /** What the block contains, without contents of files, for the log. */
  readonly summary: string;
}

const MAX_SELECTION_CHARACTERS = 4000;
const MAX_MESSAGE_CHARACTERS = 200;
const MAX_PROBLEMS = 20;
const TAG = 'editor-context';

/** Returns `undefined` when there is nothing to say. */
export function contextBlock({ file, problems }: EditorView): ContextBlock | undefined {
  const lines: string[] = [];
  const summary: string[] = [];
  if (file !== undefined) {
    const path = printable(file.path);
    lines.push(`The user is looking at ${path} (${file.language}).`);
    if (file.unsaved) lines.push('The editor has unsaved changes of it: the file on disk is older.');
    summary.push(`${path} (${file.language})`);
    const { selection } = file;
    if (selection !== undefined) {
      const range = `lines ${selection.firstLine}-${selection.lastLine}`;
      lines.push(`Selected, ${range}:`, truncate(selection.text, MAX_SELECTION_CHARACTERS));
      summary.push(`${range} selected`);
    }
  }
  // When there are too many: the active file's first, and errors before warnings.
  const rankOf = ({ path, severity }: Problem): number =>
    (path === file?.path ? 0 : 2) + (severity === 'error' ? 0 : 1);
  const listed = [...problems].sort((one, other) => rankOf(one) - rankOf(other)).slice(0, MAX_PROBLEMS);
  if (listed.length > 0) {
    const note = problems.length > listed.length ? `, the first ${listed.length} of ${problems.length}` : '';
    lines.push(`Problems in open files${note}:`, ...listed.map(problemLine));
    summary.push(`${listed.length} ${listed.length === 1 ? 'problem' : 'problems'}`);
  }
  if (lines.length === 0) return undefined;
  // A closing tag inside a file must not end the block.
  const content = lines.join('\n').replaceAll(`</${TAG}`, `<\\/${TAG}`);
  return { text: `<${TAG}>\n${content}\n</${TAG}>`, summary: summary.join(', ') };
}

function problemLine({ path, line, column, severity, message }: Problem): string {
  const text = printable(message.replace(/\s+/g, ' '), MAX_MESSAGE_CHARACTERS);
  return `${printable(path)}:${line}:${column} ${severity}: ${text}`;
}

function truncate(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}\n… (${text.length - limit} more characters)` : text;
}
