/** Computes the result of an edit before Claude makes it. Pure. */
import type { Json, JsonObject } from '../../core/json.js';

/** Two texts to compare. All lines end in a line feed. */
export interface ProposedEdit {
  readonly before: string;
  readonly after: string;
}

/** The CLI's tools that change one file → the input field with its path. */
const PATH_FIELDS: Readonly<Record<string, string>> = {
  Edit: 'file_path',
  Write: 'file_path',
  NotebookEdit: 'notebook_path',
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const withLineFeeds = (text: string): string => text.replaceAll('\r\n', '\n');

/** The file that a tool wants to change, as the model wrote its path. `undefined` when the tool edits no file. */
export function editedPath(tool: string, input: JsonObject): string | undefined {
  const field = PATH_FIELDS[tool];
  return field === undefined ? undefined : textOf(input[field]);
}

/**
 * The text before and after an edit: the whole file where it is known, otherwise only the replaced part. For a notebook,
 * the source of the cell.
 * @param tool a tool for which `editedPath` returns a path
 * @param file the current content; `undefined` when the file does not exist or cannot be read
 */
export function proposedEdit(tool: string, input: JsonObject, file: string | undefined): ProposedEdit {
  const before = withLineFeeds(file ?? '');
  if (tool === 'Write') return { before, after: withLineFeeds(textOf(input['content'])) };
  if (tool === 'NotebookEdit') return cellEdit(input, before);
  const oldString = textOf(input['old_string']);
  const newString = textOf(input['new_string']);
  if (oldString === '') return { before, after: newString + before };
  if (!before.includes(oldString)) return { before: oldString, after: newString };
  // Like the CLI: deleting the whole text of a line also deletes its line break.
  const removed =
    newString === '' && !oldString.endsWith('\n') && before.includes(`${oldString}\n`)
      ? `${oldString}\n`
      : oldString;
  return {
    before,
    after:
      input['replace_all'] === true
        ? before.replaceAll(removed, () => newString)
        : before.replace(removed, () => newString),
  };
}

function cellEdit(input: JsonObject, notebook: string): ProposedEdit {
  const mode = input['edit_mode'];
  return {
    before: mode === 'insert' ? '' : cellSource(notebook, textOf(input['cell_id'])),
    after: mode === 'delete' ? '' : textOf(input['new_source']),
  };
}

/** The source of a cell; empty when there is no such cell. @param id the cell's id, or `cell-N` for the cell at index N */
function cellSource(notebook: string, id: string): string {
  try {
    const { cells } = JSON.parse(notebook) as { cells: { id?: string; source: string | string[] }[] };
    const cell =
      cells.find((candidate) => candidate.id === id) ?? cells[Number(/^cell-(\d+)$/.exec(id)?.[1])];
    return [cell?.source ?? ''].flat().join('');
  } catch {
    return '';
  }
}
