/** What the CLI asks of the program that runs it, and the answers. Pure. */
import * as v from 'valibot';
import type { ToolSpec } from '../core/chat.js';
import { toolManifest } from './content.js';
import type { ToolNames } from './toolNames.js';
import type { CliMessageOf } from './messages.js';
import { STRUCTURED_OUTPUT } from './structured.js';

const hookInput = v.object({ tool_name: v.string() });
const rpc = v.object({
  id: v.optional(v.union([v.number(), v.string()]), 0),
  method: v.optional(v.string(), ''),
});

/**
 * The answer to a control request of the chat lane. The client's tools are never run here: every call is deferred,
 * which ends the turn cleanly, and its result comes with the client's next request.
 */
export function answerHost(
  message: CliMessageOf<'control_request'>,
  tools: readonly ToolSpec[],
  names: ToolNames,
): object {
  const { request_id, request } = message;
  const success = (response: object): object => ({
    type: 'control_response',
    response: { subtype: 'success', request_id, response },
  });
  switch (request.subtype) {
    case 'hook_callback':
      return success(hookAnswer(request['input']));
    case 'mcp_message':
      return success({ mcp_response: mcpAnswer(request['message'], tools, names) });
    case 'can_use_tool':
      return success({ behavior: 'deny', message: 'Tools of the CLI are not available here.' });
    default:
      return {
        type: 'control_response',
        response: { subtype: 'error', request_id, error: `unsupported: ${request.subtype}` },
      };
  }
}

function hookAnswer(input: unknown): object {
  const tool = v.safeParse(hookInput, input);
  if (tool.success && tool.output.tool_name === STRUCTURED_OUTPUT) return {};
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } };
}

/** For CLIs that do not take the manifest and ask for the tools instead. */
function mcpAnswer(message: unknown, tools: readonly ToolSpec[], names: ToolNames): object {
  const call = v.safeParse(rpc, message);
  const { id, method } = call.success ? call.output : { id: 0, method: '' };
  const { initializeResult, toolsListResult } = toolManifest(tools, names);
  const results: Readonly<Record<string, object>> = {
    initialize: initializeResult,
    'tools/list': toolsListResult,
  };
  return { jsonrpc: '2.0', id, result: results[method] ?? {} };
}
