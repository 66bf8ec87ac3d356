/** What Claude is told about the editor, as text. Pure. */
import { printable } from '../../core/log.js';

/** All lines and columns count from one, and all paths are as Claude should name them. */
export interface EditorView {
  readonly file?: {
    readonly path: string;
    readonly language: string;
    readonly unsaved: boolean;
    /** Absent: nothing is selected. */
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
  /** What is in it, without contents: for the log. */
  readonly summary: string;
}

/** Characters of a selection, and of one message. */
const SELECTED = 4000;
const MESSAGE = 200;
const PROBLEMS = 20;
const TAG = 'editor-context';

/** The block, or `undefined` when there is nothing to tell. */
export function contextBlock({ file, problems }: EditorView): ContextBlock | undefined {
  const lines: string[] = [];
  const summary: string[] = [];
  if (file !== undefined) {
    const path = printable(file.path);
    lines.push(`The person is looking at ${path} (${file.language}).`);
    if (file.unsaved)
      lines.push('It has changes in the editor that are not saved: the file on the disk is older.');
    summary.push(`${path} (${file.language})`);
    const { selection } = file;
    if (selection !== undefined) {
      const range = `lines ${selection.firstLine}-${selection.lastLine}`;
      lines.push(`Selected, ${range}:`, cut(selection.text, SELECTED));
      summary.push(`${range} selected`);
    }
  }
  // Where not all have room: those of the active file, then errors.
  const rankOf = ({ path, severity }: Problem): number =>
    (path === file?.path ? 0 : 2) + (severity === 'error' ? 0 : 1);
  const told = [...problems].sort((one, other) => rankOf(one) - rankOf(other)).slice(0, PROBLEMS);
  if (told.length > 0) {
    const more = problems.length > told.length ? `, the first ${told.length} of ${problems.length}` : '';
    lines.push(`Problems in open files${more}:`, ...told.map(problemLine));
    summary.push(`${told.length} ${told.length === 1 ? 'problem' : 'problems'}`);
  }
  if (lines.length === 0) return undefined;
  // What a file holds cannot end the block.
  const inside = lines.join('\n').replaceAll(`</${TAG}`, `<\\/${TAG}`);
  return { text: `<${TAG}>\n${inside}\n</${TAG}>`, summary: summary.join(', ') };
}

function problemLine({ path, line, column, severity, message }: Problem): string {
  return `${printable(path)}:${line}:${column} ${severity}: ${printable(message.replace(/\s+/g, ' '), MESSAGE)}`;
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}\n… (${text.length - limit} more characters)` : text;
}
