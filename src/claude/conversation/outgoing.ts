/** Builds the messages that the CLI reads on stdin: initialization and turns. */
import { randomUUID } from 'node:crypto';
import type { ContentPart, DocumentPart } from '../../core/chat.js';
import { withDigits } from '../../core/json.js';
import { CLIENT_TOOLS_SERVER } from '../cli/launch.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';
import { strictSchema } from '../tools/strictSchema.js';
import { BLANK_AGENT, type ProcessSetup, type ToolOffer } from './processSetup.js';
import type { ToolNames } from './toolNames.js';
import { joinBlank, type AssistantTurn, type Turn, type UserTurn } from './transcript.js';

/** The API ids of all tool calls of a conversation, in order. */
export type CallIds = readonly string[];

/** The id of the hook that the CLI calls before every tool call. */
const TOOL_HOOK = 'tool';

/** The prefix of the client's tool names in the workspace lane, where the CLI has its own tools too. */
export const CLIENT_TOOLS_PREFIX = `mcp__${CLIENT_TOOLS_SERVER}__`;

/** The same as the CLI's own description, so that requests equal those that the CLI makes for a JSON Schema. */
const STRUCTURED_OUTPUT_DESCRIPTION =
  'Use this tool to return your final response in the requested structured format. You MUST call this tool exactly ' +
  'once at the end of your response to provide the structured output.';

/** The results of the MCP methods `initialize` and `tools/list` for the client's tools. */
export function toolManifest({ tools, answerSchema }: ToolOffer): {
  initializeResult: object;
  toolsListResult: object;
} {
  const offered = tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    inputSchema: tool.parameters,
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

/** The hook by which this program decides on every tool call. */
const HOOKS = { PreToolUse: [{ hookCallbackIds: [TOOL_HOOK] }] };

/** The `initialize` control request for the chat lane. It does not depend on a client's request. */
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
 * The `initialize` control request for the workspace lane. The client's system prompt is appended to the CLI's own.
 */
export function workspaceInitialization({ system, offer, answerSchema }: ProcessSetup): object {
  const manifest = toolManifest(offer);
  const client =
    offer.tools.length === 0
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
    ...(answerSchema === undefined ? {} : { jsonSchema: strictSchema(answerSchema) }),
  };
}

/**
 * Inserts context before the user's text. A turn that consists of tool results only is returned unchanged.
 * @param context called only if the context is needed
 */
export async function withContext(
  turn: UserTurn,
  context: () => Promise<string | undefined>,
): Promise<UserTurn> {
  const at = turn.content.findIndex((part) => part.type !== 'toolResult');
  const text = at < 0 ? undefined : await context();
  if (text === undefined) return turn;
  return { ...turn, content: turn.content.toSpliced(at, 0, { type: 'text', text }) };
}

/** The message for a user turn. With `query` the CLI answers it; otherwise it only becomes history. */
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
    // The CLI must not interpret `@file` or slash commands in the text.
    client_composed: true,
    ...(query ? {} : { shouldQuery: false }),
  };
}

/** The message for the result of one tool call, which no client has sent. The CLI asks the model with it. */
export function callResultLine(callId: string, text: string, uuid: string): object {
  return {
    type: 'user',
    message: {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: callId, content: text, is_error: true }],
    },
    parent_tool_use_id: null,
    session_id: '',
    uuid,
    client_composed: true,
  };
}

/** The message for an assistant turn that becomes history. */
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

/** The call ids that the API accepts. */
const API_CALL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Chooses the API ids of the calls in replayed turns: the client's ids, if the API accepts them and they are unique.
 * @param known the ids of earlier calls
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
    if (part.type !== 'toolResult') return contentBlock(part);
    const error = part.isError ? { is_error: true } : {};
    const id = ids[part.call] ?? `call_${part.call}`;
    return { type: 'tool_result', tool_use_id: id, content: resultContent(part.content), ...error };
  });
}

function resultContent(parts: readonly ContentPart[]): string | object[] {
  const [only] = parts;
  if (only === undefined) return '';
  return parts.length === 1 && only.type === 'text' ? only.text : parts.map(contentBlock);
}

/** A content block of the Messages API. */
function contentBlock(part: ContentPart): object {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image', source: { type: 'base64', media_type: part.mediaType, data: part.data } };
    case 'document': {
      const { type, source, ...about } = part;
      return { type, source: documentSource(source), ...about };
    }
    case 'searchResult':
      return {
        type: 'search_result',
        source: part.source,
        title: part.title,
        content: part.content.map(contentBlock),
      };
  }
}

function documentSource(source: DocumentPart['source']): object {
  switch (source.type) {
    case 'pdf':
      return { type: 'base64', media_type: 'application/pdf', data: source.data };
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text };
    case 'parts':
      return { type: 'content', content: source.parts.map(contentBlock) };
  }
}

function assistantContent(turn: AssistantTurn, ids: CallIds, names: ToolNames): object[] {
  const texts = joinBlank(turn.texts).map((text) => ({ type: 'text', text }));
  const calls = turn.calls.map(({ number, call }) => ({
    type: 'tool_use',
    id: ids[number] ?? `call_${number}`,
    name: names.apiName(call.name),
    // The CLI reads numbers as JavaScript does, which rounds long integers.
    input: withDigits(call.arguments),
  }));
  const content = [...texts, ...calls];
  return content.length > 0 ? content : [{ type: 'text', text: '(no content)' }];
}
