/**
 * OpenAI's built-in tools. Its models know them without a description, and the client runs some of them: these are described
 * to Claude as functions. The others run on OpenAI's servers.
 */
import type { ToolSpec } from '../../../core/chat.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { isObject } from '../../json/fields.js';
import { APPLY_PATCH, type CallForm, LOCAL_SHELL, SHELL } from './callForms.js';

/** A built-in tool that the client runs. */
export interface BuiltInTool {
  readonly form: CallForm;
  readonly spec: ToolSpec;
}

function objectOf(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required };
}

const TIMEOUT: JsonObject = {
  type: 'integer',
  description: 'Ends the command after this many milliseconds.',
};

/** By type. */
export const CLIENT_BUILT_INS: Readonly<Record<string, BuiltInTool>> = {
  local_shell: {
    form: LOCAL_SHELL,
    spec: {
      name: 'local_shell',
      description: 'Runs a command on the computer of the user and returns its output.',
      parameters: objectOf(
        {
          command: {
            type: 'array',
            items: { type: 'string' },
            description: 'The program and its arguments, for example ["bash", "-lc", "ls"].',
          },
          working_directory: { type: 'string', description: 'The folder to run the command in.' },
          timeout_ms: TIMEOUT,
          env: {
            type: 'object',
            additionalProperties: { type: 'string' },
            description: 'Additional environment variables.',
          },
        },
        ['command'],
      ),
    },
  },
  shell: {
    form: SHELL,
    spec: {
      name: 'shell',
      description:
        'Runs shell commands on the computer of the user, each in a shell of its own and possibly at the same time. Returns the output and the exit code of each.',
      parameters: objectOf(
        {
          commands: { type: 'array', items: { type: 'string' }, description: 'The commands to run.' },
          timeout_ms: TIMEOUT,
          max_output_length: {
            type: 'integer',
            description: 'Return at most this many characters of the output of each command.',
          },
        },
        ['commands'],
      ),
    },
  },
  apply_patch: {
    form: APPLY_PATCH,
    spec: {
      name: 'apply_patch',
      description:
        'Creates, updates or deletes one file of the user. A diff is in the V4A format: to create a file, each of its lines after a "+"; to update a file, sections that begin with "@@" and contain a few unchanged lines after a space, removed lines after a "-" and added lines after a "+". There are no line numbers.',
      parameters: objectOf(
        {
          type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
          path: { type: 'string', description: 'The path of the file.' },
          diff: { type: 'string', description: 'The diff. Not used to delete a file.' },
        },
        ['type', 'path'],
      ),
    },
  },
};

/**
 * Abilities of OpenAI's servers that a model may use or not, and `programmatic_tool_calling`, which is another way to call
 * the client's tools. Agents send some of them to every server (Codex: `web_search`, `image_generation`), so they are left
 * out.
 */
const OPTIONAL = new Set([
  'web_search',
  'web_search_2025_08_26',
  'web_search_preview',
  'web_search_preview_2025_03_11',
  'image_generation',
  'code_interpreter',
  'programmatic_tool_calling',
]);

/** Tools that only OpenAI can run, and that contain data, servers or a screen of the client: no answer can do without. */
const REFUSED = new Set([
  'file_search',
  'mcp',
  'computer',
  'computer_use',
  'computer_use_preview',
  'computer-preview',
]);

/** Whether a code interpreter has files of the client. */
function hasClientFiles({ container }: JsonObject): boolean {
  if (!isObject(container)) return typeof container === 'string';
  return Array.isArray(container['file_ids']) && container['file_ids'].length > 0;
}

/** Whether only OpenAI can run a tool, and whether a request can be answered without it. */
export function hostedTool(type: string, tool: JsonObject): 'optional' | 'refused' | undefined {
  if (type === 'code_interpreter' && hasClientFiles(tool)) return 'refused';
  if (OPTIONAL.has(type)) return 'optional';
  if (type === 'shell' && !isLocal(tool['environment'])) return 'refused';
  return REFUSED.has(type) ? 'refused' : undefined;
}

/** The first version of the tool had no environment and was always local. */
function isLocal(environment: Json | undefined): boolean {
  return environment === undefined || (isObject(environment) && environment['type'] === 'local');
}
