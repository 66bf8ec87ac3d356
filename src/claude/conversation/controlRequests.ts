/** What the CLI asks of the program that runs it, and the answers. Pure. */
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { ToolSpec } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import { toolManifest } from './outgoing.js';
import type { PermissionGate } from '../workspace/permissionGate.js';
import type { ToolNames } from './toolNames.js';
import type { CliMessageOf } from '../process/incoming.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';

const toolInput = v.optional(v.record(v.string(), v.unknown()), {});
const hookInput = v.object({
  tool_name: v.string(),
  tool_input: toolInput,
  permission_mode: v.optional(v.string()),
  cwd: v.optional(v.string()),
  transcript_path: v.optional(v.string()),
});
const question = v.object({ tool_name: v.string(), input: toolInput });
const rpc = v.object({
  id: v.optional(v.union([v.number(), v.string()]), 0),
  method: v.optional(v.string(), ''),
});

/** What a conversation lets the CLI do. */
export interface ControlRequestRules {
  /** The client's tools, and their names. */
  readonly tools: readonly ToolSpec[];
  readonly names: ToolNames;
  /** For the CLI's own tools; without one there are none. */
  readonly gate: PermissionGate | undefined;
}

/**
 * The answer to a control request. The client's tools are never run here: every call is deferred, which ends the turn
 * cleanly, and its result comes with the client's next request.
 * @param signal the answer is not wanted any more
 */
export async function answerControlRequest(
  message: CliMessageOf<'control_request'>,
  rules: ControlRequestRules,
  signal: AbortSignal,
): Promise<object> {
  const { request_id, request } = message;
  const success = (response: object): object => ({
    type: 'control_response',
    response: { subtype: 'success', request_id, response },
  });
  switch (request.subtype) {
    case 'hook_callback':
      return success(await hookAnswer(request['input'], rules));
    case 'mcp_message':
      return success({ mcp_response: mcpAnswer(request['message'], rules) });
    case 'can_use_tool':
      return success(await permissionAnswer(request, rules, signal));
    default:
      return {
        type: 'control_response',
        response: { subtype: 'error', request_id, error: `unsupported: ${request.subtype}` },
      };
  }
}

async function hookAnswer(input: unknown, { names, gate }: ControlRequestRules): Promise<object> {
  const call = v.safeParse(hookInput, input);
  if (!call.success) return decision('deny');
  const { tool_name: tool, tool_input, permission_mode, cwd, transcript_path } = call.output;
  if (tool === STRUCTURED_OUTPUT_TOOL) return {};
  if (gate === undefined || names.isClients(tool)) return decision('defer');
  const use = {
    tool,
    input: tool_input as JsonObject,
    ...(cwd === undefined ? {} : { cwd }),
    ...(transcript_path === undefined ? {} : { transcriptFolder: dirname(transcript_path) }),
  };
  // A hook that fails would be passed over.
  return gate.onPreToolUse(use, permission_mode).catch(() => decision('deny'));
}

function decision(permissionDecision: 'defer' | 'deny'): object {
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision } };
}

async function permissionAnswer(
  request: unknown,
  { gate }: ControlRequestRules,
  signal: AbortSignal,
): Promise<object> {
  const asked = v.safeParse(question, request);
  if (gate === undefined || !asked.success) {
    return { behavior: 'deny', message: 'Tools of the CLI are not available here.' };
  }
  const { tool_name: tool, input } = asked.output;
  return gate.onPermissionRequest({ tool, input: input as JsonObject }, signal);
}

/** For CLIs that do not take the manifest and ask for the tools instead. */
function mcpAnswer(message: unknown, { tools, names }: ControlRequestRules): object {
  const call = v.safeParse(rpc, message);
  const { id, method } = call.success ? call.output : { id: 0, method: '' };
  const { initializeResult, toolsListResult } = toolManifest(tools, names);
  const results: Readonly<Record<string, object>> = {
    initialize: initializeResult,
    'tools/list': toolsListResult,
  };
  return { jsonrpc: '2.0', id, result: results[method] ?? {} };
}
