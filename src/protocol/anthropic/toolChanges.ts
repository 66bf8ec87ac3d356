/**
 * Changes of the tools within a conversation: blocks of the types `tool_addition` and `tool_removal`. Claude Code sends them
 * for tools of MCP servers that connect late, and the tool runner of Anthropic's SDKs for tools that are added to it. The
 * model is offered the tools that are there at the end, and reads in the conversation where they changed.
 */
import type { TextPart, ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { type FieldPath, isObject } from '../json/fields.js';
import { createJsonTextCheck } from '../json/jsonLimits.js';
import { checkCount, MAX_TOOLS, wordOf } from '../requestLimits.js';
import { readTool } from './tools.js';
import { textOf } from './values.js';

type ToolChange =
  | { readonly type: 'addition'; readonly name: string; readonly definition: JsonObject | undefined }
  | { readonly type: 'removal'; readonly name: string };

/** @returns `undefined` for a block of another type. @throws ChatError `badRequest` for a change that is not supported */
function toolChange(block: JsonObject): ToolChange | undefined {
  const type = wordOf(block['type'], 'type');
  if (type !== 'tool_addition' && type !== 'tool_removal') return undefined;
  const tool = isObject(block['tool']) ? block['tool'] : {};
  const { type: kind, definition } = tool;
  if (kind === 'tool_definition' && type === 'tool_addition' && isObject(definition)) {
    return { type: 'addition', name: wordOf(definition['name'], 'name'), definition };
  }
  const name = wordOf(tool['name'], 'name');
  if (kind !== 'tool_reference' || name === '') {
    throw badRequest(
      `${type} blocks with ${JSON.stringify(textOf(kind))} are not supported: this server connects to no MCP servers. ` +
        'Name a tool of the client.',
    );
  }
  return type === 'tool_removal'
    ? { type: 'removal', name }
    : { type: 'addition', name, definition: undefined };
}

/** What the model reads in place of a change; `undefined` for a block of another type. */
export function toolChangeParts(block: JsonObject): TextPart[] | undefined {
  const change = toolChange(block);
  if (change === undefined) return undefined;
  const state = change.type === 'addition' ? 'is available' : 'is no longer available';
  return [{ type: 'text', text: `The tool ${change.name} ${state} from here on.\n` }];
}

/** The changes in the content of a message. A summary (`compaction`) holds those of the messages that it replaces. */
function changesIn(content: Json | undefined): ToolChange[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: Json): ToolChange[] => {
    if (!isObject(block)) return [];
    if (block['type'] === 'compaction') return changesIn(block['tool_changes']);
    const change = toolChange(block);
    return change === undefined ? [] : [change];
  });
}

/**
 * The tools at the end of the conversation.
 * @throws ChatError `badRequest` for a tool that cannot be offered
 */
export function applyToolChanges(
  tools: readonly ToolSpec[],
  contents: readonly (Json | undefined)[],
): readonly ToolSpec[] {
  const changes = contents.flatMap(changesIn);
  if (changes.length === 0) return tools;
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  // A Map keeps the place of an entry that is replaced.
  const offered = new Map(known);
  const at: FieldPath = {
    root: 'MessagesRequest',
    path: 'messages.content.tool.definition',
    checkText: createJsonTextCheck(),
  };
  const toolOf = ({ name, definition }: ToolChange & { type: 'addition' }): ToolSpec | undefined =>
    definition === undefined ? known.get(name) : readTool(definition, at);
  for (const change of changes) {
    const tool = change.type === 'addition' ? toolOf(change) : undefined;
    if (change.type === 'addition' && tool === undefined) {
      throw badRequest(`tool_addition names the tool ${JSON.stringify(change.name)}, which is not defined`);
    }
    if (tool === undefined) offered.delete(change.name);
    else {
      known.set(tool.name, tool);
      offered.set(tool.name, tool);
    }
    checkCount('tools', offered.size, MAX_TOOLS);
  }
  return [...offered.values()];
}
