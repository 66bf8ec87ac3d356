/**
 * Items of a history that OpenAI's servers made: calls of tools that run there, with their results. They become calls and
 * results of tools, although these tools are not offered: so the model knows what was found or done.
 */
import type { Content, ConversationEntry } from '../../../core/conversation.js';
import { type JsonObject, jsonText } from '../../../core/json.js';
import { imageOf, readBase64 } from '../../images.js';
import { wordOf } from '../../requestLimits.js';
import { readToolOutput } from './inputContent.js';

/** One half or both halves of a call. */
interface HostedItem {
  /** The name of the tool. */
  readonly tool: (item: JsonObject) => string;
  /** The fields that are the arguments; absent for an item that is only a result. */
  readonly call?: readonly string[];
  /** The result; absent for an item that is only a call. */
  readonly result?: (item: JsonObject, at: string) => Content;
  /** The field that connects a call and its result, if they are two items. */
  readonly id?: string;
}

const NO_RESULT: Content = [{ type: 'text', text: 'The result is not part of the conversation.' }];

/** The fields that are not null, as JSON; a single text is passed on as it is. */
function jsonOf(item: JsonObject, fields: readonly string[]): Content {
  const present = fields.filter((field) => item[field] !== undefined && item[field] !== null);
  const [only] = present;
  if (only === undefined) return NO_RESULT;
  if (present.length === 1) return readToolOutput(item[only], only);
  const values = Object.fromEntries(present.map((field) => [field, item[field] ?? null]));
  return [{ type: 'text', text: jsonText(values) }];
}

const named = (name: string) => (): string => name;
const json =
  (...fields: readonly string[]) =>
  (item: JsonObject): Content =>
    jsonOf(item, fields);

/** By type. */
const HOSTED: Readonly<Record<string, HostedItem>> = {
  web_search_call: { tool: named('web_search'), call: ['action'], result: () => NO_RESULT },
  file_search_call: { tool: named('file_search'), call: ['queries'], result: json('results') },
  code_interpreter_call: { tool: named('code_interpreter'), call: ['code'], result: json('outputs') },
  image_generation_call: {
    tool: named('image_generation'),
    call: ['revised_prompt'],
    result({ result }) {
      return typeof result === 'string' ? [imageOf(readBase64(result))] : NO_RESULT;
    },
  },
  mcp_call: {
    tool: (item) => `${wordOf(item['server_label'], 'server_label')}__${wordOf(item['name'], 'name')}`,
    call: ['arguments'],
    result: json('output', 'error'),
  },
  mcp_list_tools: {
    tool: named('mcp_list_tools'),
    call: ['server_label'],
    result: json('tools', 'error'),
  },
  mcp_approval_request: {
    tool: named('mcp_approval'),
    call: ['server_label', 'name', 'arguments'],
    id: 'id',
  },
  mcp_approval_response: {
    tool: named('mcp_approval'),
    result: json('approve', 'reason'),
    id: 'approval_request_id',
  },
  computer_call: { tool: named('computer'), call: ['action', 'actions'], id: 'call_id' },
  computer_call_output: {
    tool: named('computer'),
    result: ({ output }, at) => readToolOutput(output, `${at}.output`),
    id: 'call_id',
  },
  program: { tool: named('programmatic_tool_calling'), call: ['code'], id: 'call_id' },
  program_output: { tool: named('programmatic_tool_calling'), result: json('result'), id: 'call_id' },
};

function argumentsOf(item: JsonObject, fields: readonly string[]): JsonObject {
  const present = fields.filter((field) => item[field] !== undefined && item[field] !== null);
  return Object.fromEntries(present.map((field) => [field, item[field] ?? null]));
}

/**
 * Reads an item that OpenAI's servers made.
 * @param at where the item is in the request, for error messages
 * @returns `undefined` for other types
 * @throws ChatError `badRequest` for a part of a result that Claude cannot read
 */
export function readHostedItem(type: string, item: JsonObject, at: string): ConversationEntry[] | undefined {
  const hosted = Object.hasOwn(HOSTED, type) ? HOSTED[type] : undefined;
  if (hosted === undefined) return undefined;
  const name = hosted.tool(item);
  const idField = hosted.id ?? 'id';
  const id = wordOf(item[idField], idField);
  const call: ConversationEntry[] =
    hosted.call === undefined
      ? []
      : [
          {
            role: 'assistant',
            content: [],
            calls: [{ id, name, arguments: argumentsOf(item, hosted.call) }],
          },
        ];
  const result: ConversationEntry[] =
    hosted.result === undefined
      ? []
      : [{ role: 'result', callId: id, name, content: hosted.result(item, at) }];
  return [...call, ...result];
}
