/**
 * Tools that Anthropic defines and the client runs. A client sends only their type, because the API knows their schemas. Here
 * they are offered with the inputs that Anthropic documents (platform.claude.com, "Bash tool", "Text editor tool", "Memory
 * tool", and the types of its SDKs).
 */
import type { ToolSpec } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';

const STRING: JsonObject = { type: 'string' };
const INTEGER: JsonObject = { type: 'integer' };
const RANGE: JsonObject = {
  type: 'array',
  items: INTEGER,
  description: 'First and last line, counted from 1; -1 is the end of the file.',
};

function commands(names: readonly string[], properties: JsonObject, required: readonly string[]): JsonObject {
  return {
    type: 'object',
    properties: { command: { type: 'string', enum: names }, ...properties },
    required: ['command', ...required],
  };
}

const BASH: Omit<ToolSpec, 'name'> = {
  description:
    'Runs a command in a bash session that stays open. With "restart", starts a new session instead.',
  parameters: {
    type: 'object',
    properties: { command: STRING, restart: { type: 'boolean' } },
  },
};

/** @param inserted the name of the text to insert, which differs between the versions */
function textEditor(names: readonly string[], inserted: 'new_str' | 'insert_text'): Omit<ToolSpec, 'name'> {
  return {
    description:
      'Views and edits text files. "view" (with "view_range") shows a file or lists a directory; "create" writes ' +
      '"file_text"; "str_replace" replaces "old_str", which must occur exactly once, by "new_str"; "insert" puts ' +
      `"${inserted}" after the line "insert_line", where 0 is the start of the file` +
      `${names.includes('undo_edit') ? '; "undo_edit" takes back the last edit of the file' : ''}.`,
    parameters: commands(
      names,
      {
        path: STRING,
        view_range: RANGE,
        file_text: STRING,
        old_str: STRING,
        new_str: STRING,
        insert_line: INTEGER,
        [inserted]: STRING,
      },
      ['path'],
    ),
  };
}

const MEMORY: Omit<ToolSpec, 'name'> = {
  description:
    'Keeps notes in files below /memories that last beyond this conversation. View the directory before you start. ' +
    '"view" shows a file or lists a directory; "create" writes "file_text"; "str_replace" replaces "old_str" by ' +
    '"new_str"; "insert" puts "insert_text" after the line "insert_line"; "delete" removes "path"; "rename" moves ' +
    '"old_path" to "new_path".',
  parameters: commands(
    ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'],
    {
      path: STRING,
      view_range: RANGE,
      file_text: STRING,
      old_str: STRING,
      new_str: STRING,
      insert_line: INTEGER,
      insert_text: STRING,
      old_path: STRING,
      new_path: STRING,
    },
    [],
  ),
};

const EDIT = ['view', 'create', 'str_replace', 'insert'] as const;
const OLD_EDITOR = textEditor([...EDIT, 'undo_edit'], 'new_str');
const EDITOR = textEditor(EDIT, 'insert_text');

const CLIENT_TOOLS = new Map<string, Omit<ToolSpec, 'name'>>([
  ['bash_20241022', BASH],
  ['bash_20250124', BASH],
  ['text_editor_20241022', OLD_EDITOR],
  ['text_editor_20250124', OLD_EDITOR],
  ['text_editor_20250429', EDITOR],
  ['text_editor_20250728', EDITOR],
  ['memory_20250818', MEMORY],
]);

/** The description and the schema of a tool that Anthropic defines; `undefined` if only its servers can offer the tool. */
export function clientTool(type: string): Omit<ToolSpec, 'name'> | undefined {
  return CLIENT_TOOLS.get(type);
}
