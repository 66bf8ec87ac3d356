/**
 * The forms of tool calls that the client runs. OpenAI's API has an item type for each; Claude has one form of call, with an
 * object as its arguments. Source: the types of OpenAI's SDK (`ResponseInputItem`, `ResponseOutputItem`).
 */
import { type JsonObject, jsonText } from '../../../core/json.js';
import { type Fields, isObject } from '../../json/fields.js';
import type { ReadArguments } from '../../toolArguments.js';
import { customToolArguments, customToolInput } from '../customTools.js';

/** How the client names a tool. */
export interface ToolIdentity {
  readonly name: string;
  /** The `namespace` tool that contains it. */
  readonly namespace?: string;
}

/** A text of an item that clients receive as a stream. */
export interface StreamedText {
  /** The field of the item that contains the text. */
  readonly field: 'arguments' | 'input';
  /** The events are this with `.delta` and `.done`. */
  readonly event: string;
}

/** One form of calls. */
export interface CallForm {
  /** The type of the item of a call. */
  readonly callType: string;
  /** The type of the item of a result. */
  readonly outputType: string;
  /** The id of an item is this, `_`, and a unique string. */
  readonly idPrefix: string;
  /** Absent if clients receive the whole item at once. */
  readonly streamed?: StreamedText;
  /** The fields of the item of a call, apart from those that all items have. */
  readonly fields: (tool: ToolIdentity, args: JsonObject) => JsonObject;
  /** The arguments of a call in a history: the inverse of `fields`. @throws ChatError `badRequest` */
  readonly argumentsOf: (item: Fields, readArguments: ReadArguments) => JsonObject;
}

/** The fields of an object that are not null. */
function presentFields(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

export const FUNCTION: CallForm = {
  callType: 'function_call',
  outputType: 'function_call_output',
  idPrefix: 'fc',
  streamed: { field: 'arguments', event: 'response.function_call_arguments' },
  fields: (tool, args) => ({ ...tool, arguments: jsonText(args) }),
  argumentsOf: (item, readArguments) => readArguments(item.exactValue('arguments')),
};

export const CUSTOM: CallForm = {
  callType: 'custom_tool_call',
  outputType: 'custom_tool_call_output',
  idPrefix: 'ctc',
  streamed: { field: 'input', event: 'response.custom_tool_call_input' },
  fields: (tool, args) => ({ ...tool, input: customToolInput(args) }),
  argumentsOf: (item) => customToolArguments(item.text('input') ?? ''),
};

/** A search for tools that the client has not sent yet. Codex ignores a search without `"execution": "client"`. */
export const TOOL_SEARCH: CallForm = {
  callType: 'tool_search_call',
  outputType: 'tool_search_output',
  idPrefix: 'tsc',
  fields: (_tool, args) => ({ execution: 'client', arguments: args }),
  argumentsOf: FUNCTION.argumentsOf,
};

export const LOCAL_SHELL: CallForm = {
  callType: 'local_shell_call',
  outputType: 'local_shell_call_output',
  idPrefix: 'lsh',
  fields: (_tool, args) => ({
    action: {
      type: 'exec',
      command: [],
      env: {},
      timeout_ms: null,
      user: null,
      working_directory: null,
      ...args,
    },
  }),
  argumentsOf(item) {
    const { type: _type, env = {}, ...action } = item.object('action', 'openai.LocalShellAction') ?? {};
    const hasEnv = isObject(env) && Object.keys(env).length > 0;
    return presentFields({ ...action, ...(hasEnv ? { env } : {}) });
  },
};

export const SHELL: CallForm = {
  callType: 'shell_call',
  outputType: 'shell_call_output',
  idPrefix: 'sh',
  fields: (_tool, args) => ({
    action: { commands: [], timeout_ms: null, max_output_length: null, ...args },
    environment: { type: 'local' },
  }),
  argumentsOf: (item) => presentFields(item.object('action', 'openai.ShellAction') ?? {}),
};

export const APPLY_PATCH: CallForm = {
  callType: 'apply_patch_call',
  outputType: 'apply_patch_call_output',
  idPrefix: 'apc',
  fields: (_tool, args) => ({ operation: args }),
  argumentsOf: (item) => item.object('operation', 'openai.ApplyPatchOperation') ?? {},
};

/** All forms. */
export const CALL_FORMS: readonly CallForm[] = [
  FUNCTION,
  CUSTOM,
  TOOL_SEARCH,
  LOCAL_SHELL,
  SHELL,
  APPLY_PATCH,
];
