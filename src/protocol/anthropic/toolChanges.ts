/**
 * Changes of the tools within a conversation: blocks of the types `tool_addition` and `tool_removal`. Claude Code sends them
 * for tools of MCP servers that connect late, and the tool runner of Anthropic's SDKs for tools that are added to it. The
 * model is offered the tools that are there at the end, and reads in the conversation where they changed.
 */
import type { TextPart, ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { readTool } from './tools.js';
import { stringOf, textOf } from './values.js';

type ToolChange =
  | { readonly type: 'addition'; readonly name: string; readonly definition: ToolSpec | undefined }
  | { readonly type: 'removal'; readonly name: string };

/** @returns `undefined` for a block of another type. @throws ChatError `badRequest` for a tool that cannot be offered */
function toolChange(block: JsonObject): ToolChange | undefined {
  const type = stringOf(block['type']);
  if (type !== 'tool_addition' && type !== 'tool_removal') return undefined;
  const tool = isObject(block['tool']) ? block['tool'] : {};
  const { type: kind, definition } = tool;
  if (kind === 'tool_definition' && type === 'tool_addition' && isObject(definition)) {
    const spec = readTool(definition, { root: 'MessagesRequest', path: 'messages.content.tool.definition' });
    return { type: 'addition', name: spec.name, definition: spec };
  }
  const name = stringOf(tool['name']);
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
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  let offered = [...tools];
  for (const change of contents.flatMap(changesIn)) {
    const tool = change.type === 'addition' ? (change.definition ?? known.get(change.name)) : undefined;
    if (change.type === 'addition' && tool === undefined) {
      throw badRequest(`tool_addition names the tool ${JSON.stringify(change.name)}, which is not defined`);
    }
    const index = offered.findIndex(({ name }) => name === change.name);
    offered = offered.filter(({ name }) => name !== change.name);
    if (tool === undefined) continue;
    known.set(tool.name, tool);
    offered.splice(index < 0 ? offered.length : index, 0, tool);
  }
  return offered;
}
