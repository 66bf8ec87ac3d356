/** Answers the control requests of the CLI. */
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { JsonObject } from '../../core/json.js';
import type { PermissionGate } from '../workspace/permissionGate.js';
import type { ToolServer } from './toolServer.js';
import type { CliMessageOf } from '../process/incoming.js';
import { STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';

const toolInput = v.optional(v.record(v.string(), v.unknown()), {});
const hookInput = v.object({
  tool_name: v.string(),
  tool_input: toolInput,
  tool_use_id: v.optional(v.string()),
  permission_mode: v.optional(v.string()),
  cwd: v.optional(v.string()),
  transcript_path: v.optional(v.string()),
});
const permissionRequest = v.object({ tool_name: v.string(), input: toolInput });

/** Decides which tools the CLI may use. */
export interface ControlRequestRules {
  readonly client: ToolServer;
  /** Decides on the CLI's own tools. `undefined`: the CLI may not use any. */
  readonly gate: PermissionGate | undefined;
}

/**
 * Answers a control request. The client runs its own tools: every call of one is deferred, which ends the turn cleanly, and
 * the result arrives with the client's next request.
 * @param signal aborted when the answer is no longer needed
 * @returns a `control_response` message
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
    case 'mcp_message': {
      const { server_name, message: rpc } = request;
      return success({ mcp_response: await rules.client.answer(server_name, rpc, signal) });
    }
    case 'can_use_tool':
      return success(await permissionAnswer(request, rules, signal));
    default:
      return {
        type: 'control_response',
        response: { subtype: 'error', request_id, error: `unsupported: ${request.subtype}` },
      };
  }
}

async function hookAnswer(input: unknown, { client, gate }: ControlRequestRules): Promise<object> {
  const call = v.safeParse(hookInput, input);
  if (!call.success) return decision('deny');
  const { tool_name: tool, tool_input, tool_use_id: id, permission_mode, cwd, transcript_path } = call.output;
  if (gate === undefined || client.names.isClientTool(tool)) return decision('defer');
  if (tool === STRUCTURED_OUTPUT_TOOL) return {};
  const use = {
    tool,
    input: tool_input as JsonObject,
    ...(id === undefined ? {} : { id }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(transcript_path === undefined ? {} : { transcriptFolder: dirname(transcript_path) }),
  };
  // Deny on errors: the CLI ignores a hook that fails.
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
  const parsed = v.safeParse(permissionRequest, request);
  if (gate === undefined || !parsed.success) {
    return { behavior: 'deny', message: 'Tools of the CLI are not available here.' };
  }
  const { tool_name: tool, input } = parsed.output;
  return gate.onPermissionRequest({ tool, input: input as JsonObject }, signal);
}
