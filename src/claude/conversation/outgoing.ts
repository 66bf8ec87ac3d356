/** Turns and set-ups as the CLI takes them on stdin. Pure. */
import { randomUUID } from 'node:crypto';
import type { ChatRequest, ToolSpec } from '../../core/chat.js';
import { CLIENT_TOOLS_SERVER } from '../cli/launch.js';
import { objectSchema } from '../turn/structuredOutput.js';
import type { ToolNames } from './toolNames.js';
import type { AssistantTurn, Turn, UserTurn } from './transcript.js';

/** Ids that the API knows the calls of a conversation by, in their order. */
export type CallIds = readonly string[];

/** The hook that every call of a tool passes. */
const TOOL_HOOK = 'tool';

/** What the CLI puts before the names of the client's tools where it has tools of its own, too. */
export const CLIENT_TOOLS_PREFIX = `mcp__${CLIENT_TOOLS_SERVER}__`;

/** The manifest of the client's tools, by which the CLI needs no handshake. */
export function toolManifest(
  tools: readonly ToolSpec[],
  names: ToolNames,
): {
  initializeResult: object;
  toolsListResult: object;
} {
  return {
    initializeResult: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: CLIENT_TOOLS_SERVER, version: '1' },
    },
    toolsListResult: {
      tools: tools.map((tool) => ({
        name: names.bare(tool.name),
        description: tool.description,
        inputSchema: { type: 'object', ...tool.parameters },
        annotations: { readOnlyHint: true },
        _meta: { 'anthropic/alwaysLoad': true, 'anthropic/maxResultSizeChars': 500_000 },
      })),
    },
  };
}

/**
 * The control request that sets a fresh process up for a conversation. In the chat lane the client's system prompt is all
 * there is; in the workspace lane it is added to the CLI's own.
 */
export function initializeRequest(request: ChatRequest, names: ToolNames): object {
  const tools =
    request.tools.length === 0
      ? {}
      : {
          sdkMcpServers: [CLIENT_TOOLS_SERVER],
          sdkMcpServerManifests: { [CLIENT_TOOLS_SERVER]: toolManifest(request.tools, names) },
          sdkMcpServerConfigs: { [CLIENT_TOOLS_SERVER]: { disableAutoBackground: true } },
        };
  const inWorkspace = request.lane === 'workspace';
  const system = inWorkspace ? { appendSystemPrompt: request.system } : { systemPrompt: request.system };
  const hooked = inWorkspace || request.tools.length > 0;
  return {
    subtype: 'initialize',
    ...(inWorkspace && request.system === '' ? {} : system),
    ...tools,
    ...(hooked ? { hooks: { PreToolUse: [{ hookCallbackIds: [TOOL_HOOK] }] } } : {}),
    ...(request.format === undefined ? {} : { jsonSchema: objectSchema(request.format) }),
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
export function userLine(turn: UserTurn, ids: CallIds, uuid: string, query: boolean): object {
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

/** The id of the call with that number in seeded history, where the client's own may be missing or repeat. */
export function seededCallId(number: number): string {
  return `call_${number}`;
}

/** How many calls these turns hold. */
export function countCalls(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + (turn.role === 'assistant' ? turn.calls.length : 0), 0);
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
        const id = ids[part.call] ?? seededCallId(part.call);
        return { type: 'tool_result', tool_use_id: id, content: part.content, ...error };
      }
    }
  });
}

function assistantContent(turn: AssistantTurn, ids: CallIds, names: ToolNames): object[] {
  const text = turn.text.trim() === '' ? [] : [{ type: 'text', text: turn.text }];
  const calls = turn.calls.map(({ number, call }) => ({
    type: 'tool_use',
    id: ids[number] ?? seededCallId(number),
    name: names.safe(call.name),
    input: call.arguments,
  }));
  const content = [...text, ...calls];
  return content.length > 0 ? content : [{ type: 'text', text: '(no content)' }];
}
