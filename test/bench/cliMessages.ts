/**
 * The minimal stdin messages that the CLI needs for a conversation. Written out here and not taken from the sources, so
 * that the floor does not move when the server changes. Pure.
 */
import { randomUUID } from 'node:crypto';
import type { Lane } from '../../src/core/chat.js';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

const SERVER = 'client';

export function controlRequest(request: object): { readonly request_id: string } & object {
  const message = { type: 'control_request', request_id: randomUUID(), request };
  return message;
}

/** Initializes a new process. The tools are declared in advance, and a hook defers every tool call to the client. */
export function initializeRequest(lane: Lane, system: string, tools: readonly Tool[]): object {
  const manifest = {
    initializeResult: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: SERVER, version: '1' },
    },
    toolsListResult: {
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        inputSchema: parameters,
        annotations: { readOnlyHint: true },
        _meta: { 'anthropic/alwaysLoad': true },
      })),
    },
  };
  const offered =
    tools.length === 0
      ? {}
      : {
          sdkMcpServers: [SERVER],
          sdkMcpServerManifests: { [SERVER]: manifest },
          sdkMcpServerConfigs: { [SERVER]: { disableAutoBackground: true } },
        };
  const hooks = { PreToolUse: [{ hookCallbackIds: ['defer'] }] };
  return {
    subtype: 'initialize',
    ...(lane === 'chat' ? { systemPrompt: system } : { appendSystemPrompt: system }),
    ...offered,
    ...(lane === 'chat' && tools.length === 0 ? {} : { hooks }),
  };
}

/** Takes the user message with that id, the last one, and its answer away. */
export function rewindRequest(uuid: string): object {
  return {
    subtype: 'rewind_conversation',
    target_message_uuid: uuid,
    last_seen_user_message_uuid: uuid,
    interrupt_if_running: true,
  };
}

/** The response to a control request of the CLI: the tool call waits for the client. */
export function deferResponse(requestId: string): object {
  const response = { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } };
  return { type: 'control_response', response: { subtype: 'success', request_id: requestId, response } };
}

/** A user message that the model answers. */
export function promptMessage(content: string | readonly object[], uuid: string): object {
  return {
    type: 'user',
    message: { role: 'user', content },
    parent_tool_use_id: null,
    session_id: '',
    uuid,
    client_composed: true,
  };
}

/** A user message of the history. */
export function historyUserMessage(text: string, uuid: string): object {
  return { ...promptMessage(text, uuid), shouldQuery: false };
}

/** An assistant message of the history. */
export function historyAssistantMessage(text: string): object {
  return {
    type: 'assistant',
    message: {
      id: `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    },
    parent_tool_use_id: null,
    session_id: '',
    uuid: randomUUID(),
  };
}
