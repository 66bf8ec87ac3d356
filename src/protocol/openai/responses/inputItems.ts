/** Translates the input of `/v1/responses`: a string, or a list of input items. */
import type { ToolCall } from '../../../core/chat.js';
import type { ConversationEntry } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { type FieldPath, type Fields, fieldsOf, isObject } from '../../json/fields.js';
import { CALLS, checkCount, ITEMS, TOOLS, wordOf } from '../../requestLimits.js';
import { createArgumentsReader, type ReadArguments } from '../../toolArguments.js';
import { CALL_FORMS, type CallForm, CUSTOM, FUNCTION, TOOL_SEARCH } from './callForms.js';
import { readCompaction } from './compaction.js';
import { readHostedItem } from './hostedItems.js';
import { readMessageContent, readToolOutput } from './inputContent.js';
import type { ToolTable, ToolTableBuilder } from './toolTable.js';

/** As the last item of an input, it asks for a compaction. */
export const TRIGGER = 'compaction_trigger';
const INPUT_PATH: FieldPath = { root: 'ResponsesRequest', path: 'input' };
const CALLS_BY_TYPE = new Map(CALL_FORMS.map((form) => [form.callType, form]));
const OUTPUTS_BY_TYPE = new Map(CALL_FORMS.map((form) => [form.outputType, form]));

/** What the items of one input share. */
interface InputContext {
  readonly table: ToolTable;
  readonly readArguments: ReadArguments;
  /** The ids of all items. */
  readonly ids: ReadonlySet<string>;
  /** Lines for the log: what was left out, and why. */
  readonly notes: string[];
}

/** One item. */
export interface InputItem {
  readonly type: string;
  readonly fields: Fields;
  readonly value: Json;
  /** Where the item is in the request. */
  readonly at: string;
}

/** OpenAI's SDKs may leave out the types of messages and of references. */
function typeOf(fields: Fields): string {
  const type = fields.string('type');
  if (type !== undefined) return type;
  if (fields.value('role') !== undefined) return 'message';
  return fields.value('id') === undefined ? '' : 'item_reference';
}

/** Calls in the form of chats, which some clients put into the input unchanged. */
function chatCalls({ fields }: InputItem, readArguments: ReadArguments): ToolCall[] {
  const readCall = (value: Json, at: FieldPath): ToolCall => {
    const call = fieldsOf(value, at, 'openai.ToolCall');
    const called = call.fields('function', 'openai.Function');
    return {
      id: call.string('id') ?? '',
      name: called?.string('name') ?? '',
      arguments: readArguments(called?.exactValue('arguments')),
    };
  };
  return fields.list('tool_calls', '[]openai.ToolCall', readCall, CALLS);
}

function readMessage(item: InputItem, { readArguments }: InputContext): ConversationEntry {
  const { fields, at } = item;
  const role = (fields.string('role') ?? '').toLowerCase();
  const value = fields.exactValue('content');
  const content = role === 'tool' ? readToolOutput(value, at) : readMessageContent(value, `${at}.content`);
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', content };
    case 'assistant':
      return { role: 'assistant', content, calls: chatCalls(item, readArguments) };
    case 'tool':
      return {
        role: 'result',
        callId: fields.string('tool_call_id') ?? '',
        name: fields.string('name') ?? '',
        content,
      };
    default:
      return { role: 'user', content };
  }
}

/** A message between the agents of Codex. */
function readAgentMessage({ fields, at }: InputItem): ConversationEntry {
  const author = fields.string('author') ?? '';
  const content = readMessageContent(fields.exactValue('content'), `${at}.content`);
  return { role: 'user', content: [{ type: 'text', text: `Message from the agent ${author}:` }, ...content] };
}

/** OpenAI's types have the id of a call of the local shell in `id` of its result; Codex has it in `call_id`. */
function callIdOf({ fields }: InputItem): string {
  return fields.string('call_id') ?? fields.string('id') ?? '';
}

function readCall(
  form: CallForm,
  item: InputItem,
  { table, readArguments }: InputContext,
): ConversationEntry {
  const { fields } = item;
  const namespace = fields.string('namespace') ?? '';
  // Only functions and custom tools have names; the tool of another form is called as its form.
  const name = fields.string('name') ?? form.callType.replace(/_call$/, '');
  const call = {
    id: callIdOf(item),
    name: table.nameOf(form, { name, ...(namespace === '' ? {} : { namespace }) }),
    arguments: form.argumentsOf(fields, readArguments),
  };
  return { role: 'assistant', content: [], calls: [call] };
}

function readOutput(form: CallForm, item: InputItem, { table }: InputContext): ConversationEntry {
  const { fields, at } = item;
  const callType = form.callType.replace(/_call$/, '');
  // Without a name, a result is attached by its id, or else to the first call without a result.
  const isBuiltIn = form.callType !== 'function_call' && form.callType !== 'custom_tool_call';
  const name = isBuiltIn ? table.nameOf(form, { name: callType }) : '';
  const output = fields.exactValue('output');
  const content = readToolOutput(output, `${at}.output`);
  const status = fields.string('status') ?? '';
  const failed = status === 'failed' ? [{ type: 'text' as const, text: 'The call failed.' }] : [];
  return { role: 'result', callId: callIdOf(item), name, content: [...failed, ...content] };
}

/** The names that Claude sees for a found tool, or for the tools of a found namespace. */
function foundNames(tool: Json, table: ToolTable, namespace?: string): string[] {
  if (!isObject(tool)) return [];
  const name = wordOf(tool['name'], 'name');
  if (tool['type'] === 'namespace' && Array.isArray(tool['tools'])) {
    return (tool['tools'] as readonly Json[]).flatMap((inner) => foundNames(inner, table, name));
  }
  const form = tool['type'] === 'custom' ? CUSTOM : FUNCTION;
  return [table.nameOf(form, { name, ...(namespace === undefined ? {} : { namespace }) })];
}

/** The tools themselves are offered; see `collectTools`. */
function readFoundTools(item: InputItem, { table }: InputContext): ConversationEntry {
  const tools = item.fields.list('tools', '[]openai.ResponsesTool', (tool) => tool, TOOLS);
  const names = tools.flatMap((tool) => foundNames(tool, table));
  const text =
    names.length === 0 ? 'No tools were found.' : `These tools are now available: ${names.join(', ')}`;
  return {
    role: 'result',
    callId: callIdOf(item),
    name: table.nameOf(TOOL_SEARCH, { name: 'tool_search' }),
    content: [{ type: 'text', text }],
  };
}

/** The entries that an item becomes. */
function readItem(item: InputItem, context: InputContext): readonly ConversationEntry[] {
  const { type, fields, value, at } = item;
  const call = CALLS_BY_TYPE.get(type);
  if (call !== undefined) return [readCall(call, item, context)];
  if (type === TOOL_SEARCH.outputType) return [readFoundTools(item, context)];
  const output = OUTPUTS_BY_TYPE.get(type);
  if (output !== undefined) return [readOutput(output, item, context)];
  switch (type) {
    case 'message':
      return [readMessage(item, context)];
    case 'agent_message':
      return [readAgentMessage(item)];
    case 'item_reference': {
      // An item that is in the input needs no reference.
      const id = fields.string('id') ?? '';
      if (!context.ids.has(id))
        context.notes.push(`${at}: item_reference ${id} skipped, responses are not stored`);
      return [];
    }
    // Thinking cannot be sent back to Claude without its signature, which no item carries.
    case 'reasoning':
    // `collectTools` reads it.
    case 'additional_tools':
    // The state of a folder, which Codex keeps for undoing changes.
    case 'ghost_snapshot':
      return [];
    case 'compaction':
    case 'compaction_summary':
    case 'context_compaction':
      return readCompaction(fields.value('encrypted_content'), at, context.readArguments);
    case TRIGGER:
      throw badRequest(`${at}: ${TRIGGER} must be the final and only compaction trigger`);
    default: {
      const entries = isObject(value) ? readHostedItem(type, value, at) : undefined;
      if (entries !== undefined) return entries;
      throw badRequest(`${at}: unknown input item type: ${JSON.stringify(type)}`);
    }
  }
}

/**
 * The items of an input. A string is a message of the user.
 * @throws ChatError `badRequest`, with Ollama's message
 */
export function readItems(input: Json | undefined): InputItem[] {
  const items: Json | undefined = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  if (!Array.isArray(items)) throw badRequest('input must be a string or a list of items');
  checkCount(ITEMS.what, items.length, ITEMS.max);
  return (items as readonly Json[]).map((value, index) => {
    const fields = fieldsOf(value, INPUT_PATH, 'openai.ResponsesInputItem');
    return { type: typeOf(fields), fields, value, at: `input[${index}]` };
  });
}

/**
 * Adds the tools that items contain. Codex does not repeat the tools that a search found in `tools`.
 * @throws ChatError `badRequest`
 */
export function collectTools(items: readonly InputItem[], table: ToolTableBuilder): void {
  for (const { type, fields } of items) {
    if (type !== TOOL_SEARCH.outputType && type !== 'additional_tools') continue;
    for (const tool of fields.list('tools', '[]openai.ResponsesTool', (value) => value, TOOLS)) {
      table.add(tool, { at: INPUT_PATH, found: true });
    }
  }
}

/** The messages, calls and results that items stand for. */
export interface ReadInput {
  readonly entries: readonly ConversationEntry[];
  /** Lines for the log: what was left out, and why. */
  readonly notes: readonly string[];
}

/** @throws ChatError `badRequest`, with Ollama's message where Ollama has one */
export function readEntries(items: readonly InputItem[], table: ToolTable): ReadInput {
  const referable = items.filter(({ type }) => type !== 'item_reference');
  const ids = new Set(
    referable.map(({ fields }) => wordOf(fields.value('id'), 'id')).filter((id) => id !== ''),
  );
  const context: InputContext = { table, readArguments: createArgumentsReader(), ids, notes: [] };
  return { entries: items.flatMap((item) => readItem(item, context)), notes: context.notes };
}
