/** What Claude's edit makes of a file, told before it happens. Pure. */
import type { Json, JsonObject } from '../../core/json.js';

/** Two texts to compare. Lines end in a line feed in both. */
export interface ProposedEdit {
  readonly before: string;
  readonly after: string;
}

/** The tools of the CLI that change one file → the field that names it. */
const PATH_FIELDS: Readonly<Record<string, string>> = {
  Edit: 'file_path',
  Write: 'file_path',
  NotebookEdit: 'notebook_path',
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const unified = (text: string): string => text.replaceAll('\r\n', '\n');

/** The file that a tool wants to change, as the model named it. `undefined`: it is no edit. */
export function editedPath(tool: string, input: JsonObject): string | undefined {
  const field = PATH_FIELDS[tool];
  return field === undefined ? undefined : textOf(input[field]);
}

/**
 * What an edit does. The whole file where that can be told, else the part that is replaced, or a notebook's cell.
 * @param tool one that has an `editedPath`
 * @param file what the file holds now; `undefined` when there is none, or it cannot be read
 */
export function proposedEdit(tool: string, input: JsonObject, file: string | undefined): ProposedEdit {
  const before = unified(file ?? '');
  if (tool === 'Write') return { before, after: unified(textOf(input['content'])) };
  if (tool === 'NotebookEdit') return cellEdit(input, before);
  const old = textOf(input['old_string']);
  const after = textOf(input['new_string']);
  if (old === '') return { before, after: after + before };
  if (!before.includes(old)) return { before: old, after };
  // As the CLI does it: what goes without a replacement takes the end of its line along.
  const gone = after === '' && !old.endsWith('\n') && before.includes(`${old}\n`) ? `${old}\n` : old;
  return {
    before,
    after:
      input['replace_all'] === true
        ? before.replaceAll(gone, () => after)
        : before.replace(gone, () => after),
  };
}

function cellEdit(input: JsonObject, notebook: string): ProposedEdit {
  const mode = input['edit_mode'];
  return {
    before: mode === 'insert' ? '' : cellSource(notebook, textOf(input['cell_id'])),
    after: mode === 'delete' ? '' : textOf(input['new_source']),
  };
}

/** Empty when there is no such cell. @param id the cell's own, or `cell-N` for the one at N */
function cellSource(notebook: string, id: string): string {
  try {
    const { cells } = JSON.parse(notebook) as { cells: { id?: string; source: string | string[] }[] };
    const cell = cells.find((one) => one.id === id) ?? cells[Number(/^cell-(\d+)$/.exec(id)?.[1])];
    return [cell?.source ?? ''].flat().join('');
  } catch {
    return '';
  }
}
