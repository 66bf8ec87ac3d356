/**
 * The least that the CLI must be told on stdin for a conversation. Written out here and not taken from the
 * product, so that the floor stays where it is whatever the product does. Pure.
 */
import { randomUUID } from 'node:crypto';
import type { Lane } from '../../src/core/chat.js';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

const SERVER = 'client';

export function controlLine(request: object): object {
  return { type: 'control_request', request_id: randomUUID(), request };
}

/** Sets a fresh process up. The client's tools are described ahead, and a hook leaves every call to us. */
export function initialize(lane: Lane, system: string, tools: readonly Tool[]): object {
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

/** Answers whatever the CLI asks: a call of a tool waits for the client. */
export function deferral(requestId: string): object {
  const response = { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } };
  return { type: 'control_response', response: { subtype: 'success', request_id: requestId, response } };
}

/** A question, or with `query: false` a part of the history. */
export function userLine(content: string | readonly object[], uuid: string, query = true): object {
  return {
    type: 'user',
    message: { role: 'user', content },
    parent_tool_use_id: null,
    session_id: '',
    uuid,
    client_composed: true,
    ...(query ? {} : { shouldQuery: false }),
  };
}

/** An answer that is a part of the history. */
export function assistantLine(text: string): object {
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
