/** Turns and set-ups as the CLI takes them on stdin. Pure. */
import { randomUUID } from 'node:crypto';
import type { ChatRequest } from '../../core/chat.js';
import { CLIENT_TOOLS_SERVER } from '../cli/launch.js';
import { objectSchema, STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';
import { BLANK_AGENT, type ToolOffer } from './processSetup.js';
import type { ToolNames } from './toolNames.js';
import type { AssistantTurn, Turn, UserTurn } from './transcript.js';

/** Ids that the API knows the calls of a conversation by, in their order. */
export type CallIds = readonly string[];

/** The hook that every call of a tool passes. */
const TOOL_HOOK = 'tool';

/** What the CLI puts before the names of the client's tools where it has tools of its own, too. */
export const CLIENT_TOOLS_PREFIX = `mcp__${CLIENT_TOOLS_SERVER}__`;

/** The CLI's own description of this tool, so that the request is the one that the CLI makes for a schema. */
const STRUCTURED_OUTPUT_DESCRIPTION =
  'Use this tool to return your final response in the requested structured format. You MUST call this tool exactly ' +
  'once at the end of your response to provide the structured output.';

/** What the MCP server of the client's tools says of itself and of them. */
export function toolManifest(
  { tools, answerSchema }: ToolOffer,
  names: ToolNames,
): {
  initializeResult: object;
  toolsListResult: object;
} {
  const offered = tools.map((tool) => ({
    name: names.bare(tool.name),
    description: tool.description,
    inputSchema: { type: 'object', ...tool.parameters },
  }));
  const structured = {
    name: STRUCTURED_OUTPUT_TOOL,
    description: STRUCTURED_OUTPUT_DESCRIPTION,
    inputSchema: answerSchema,
  };
  return {
    initializeResult: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: CLIENT_TOOLS_SERVER, version: '1' },
    },
    toolsListResult: {
      tools: [...offered, ...(answerSchema === undefined ? [] : [structured])].map((tool) => ({
        ...tool,
        annotations: { readOnlyHint: true },
        _meta: { 'anthropic/alwaysLoad': true, 'anthropic/maxResultSizeChars': 500_000 },
      })),
    },
  };
}

/** The hook that lets this program decide on every call of a tool. */
const HOOKS = { PreToolUse: [{ hookCallbackIds: [TOOL_HOOK] }] };

/** The control request by which every process of the chat lane starts, before any request is known. */
export function chatInitialization(): object {
  return {
    subtype: 'initialize',
    systemPrompt: '',
    systemPromptSnapshot: false,
    agents: { [BLANK_AGENT]: { description: '-', prompt: 'x' } },
    hooks: HOOKS,
  };
}

/**
 * The control request by which a process of the workspace lane starts. The client's system prompt is added to the CLI's
 * own.
 */
export function workspaceInitialization(request: ChatRequest, names: ToolNames): object {
  const { system, tools, format } = request;
  const manifest = toolManifest({ tools, answerSchema: undefined }, names);
  const client =
    tools.length === 0
      ? {}
      : {
          sdkMcpServers: [CLIENT_TOOLS_SERVER],
          sdkMcpServerManifests: { [CLIENT_TOOLS_SERVER]: manifest },
          sdkMcpServerConfigs: { [CLIENT_TOOLS_SERVER]: { disableAutoBackground: true } },
        };
  return {
    subtype: 'initialize',
    ...(system === '' ? {} : { appendSystemPrompt: system }),
    ...client,
    hooks: HOOKS,
    ...(format === undefined ? {} : { jsonSchema: objectSchema(format) }),
  };
}

/**
 * The turn with something said before the person's words. A turn without any, of tool results alone, stays as it is.
 * @param context asked only where it is needed
 */
export async function withContext(
  turn: UserTurn,
  context: () => Promise<string | undefined>,
): Promise<UserTurn> {
  const words = turn.content.findIndex((part) => part.type !== 'toolResult');
  const text = words < 0 ? undefined : await context();
  if (text === undefined) return turn;
  return { ...turn, content: turn.content.toSpliced(words, 0, { type: 'text', text }) };
}

/** A user turn that asks (`query`) or that only becomes history. */
export function userLine(
  turn: UserTurn,
  ids: CallIds,
  { uuid, query }: { uuid: string; query: boolean },
): object {
  return {
    type: 'user',
    message: { role: 'user', content: userContent(turn, ids) },
    parent_tool_use_id: null,
    session_id: '',
    uuid,
    // Text is text: no `@file`, no leading command.
    client_composed: true,
    ...(query ? {} : { shouldQuery: false }),
  };
}

/** An assistant turn that becomes history. */
export function assistantLine(turn: AssistantTurn, ids: CallIds, names: ToolNames): object {
  return {
    type: 'assistant',
    message: {
      id: `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: assistantContent(turn, ids, names),
      stop_reason: turn.calls.length > 0 ? 'tool_use' : 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    },
    parent_tool_use_id: null,
    session_id: '',
    uuid: randomUUID(),
  };
}

/** What the API takes as the id of a call. */
const API_CALL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * The ids by which the API gets to know the calls of replayed turns: the client's own, where the API takes them and they
 * do not repeat.
 * @param known ids of the calls before
 */
export function replayCallIds(turns: readonly Turn[], known: CallIds): string[] {
  const taken = new Set(known);
  const calls = turns.flatMap((turn) => (turn.role === 'assistant' ? turn.calls : []));
  return calls.map(({ number, call }) => {
    let id = API_CALL_ID.test(call.id) && !taken.has(call.id) ? call.id : `call_${number}`;
    while (taken.has(id)) id += '_';
    taken.add(id);
    return id;
  });
}

function userContent(turn: UserTurn, ids: CallIds): string | object[] {
  const [only] = turn.content;
  if (turn.content.length === 1 && only?.type === 'text') return only.text;
  return turn.content.map((part) => {
    switch (part.type) {
      case 'text':
        return { type: 'text', text: part.text };
      case 'image':
        return { type: 'image', source: { type: 'base64', media_type: part.mediaType, data: part.data } };
      case 'toolResult': {
        const error = part.isError ? { is_error: true } : {};
        const id = ids[part.call] ?? `call_${part.call}`;
        return { type: 'tool_result', tool_use_id: id, content: part.content, ...error };
      }
    }
  });
}

function assistantContent(turn: AssistantTurn, ids: CallIds, names: ToolNames): object[] {
  const text = turn.text.trim() === '' ? [] : [{ type: 'text', text: turn.text }];
  const calls = turn.calls.map(({ number, call }) => ({
    type: 'tool_use',
    id: ids[number] ?? `call_${number}`,
    name: names.safe(call.name),
    input: call.arguments,
  }));
  const content = [...text, ...calls];
  return content.length > 0 ? content : [{ type: 'text', text: '(no content)' }];
}
