/** The forms in which an answer of `/v1/chat/completions` has tool calls. */
import type { DoneReason, ToolCall } from '../../../core/chat.js';
import { type JsonObject, jsonText } from '../../../core/json.js';
import { customToolInput } from '../customTools.js';
import { FINISH_REASONS } from '../reply.js';

/** What decides the form of the calls. */
export interface CallFormat {
  /** The request had `functions` instead of `tools`, so the answer has one `function_call`. */
  readonly isLegacy: boolean;
  /** The names of the custom tools. */
  readonly customTools: ReadonlySet<string>;
}

function toolCallJson(call: ToolCall, index: number, { customTools }: CallFormat): JsonObject {
  const { id, name } = call;
  if (customTools.has(name)) {
    return { id, index, type: 'custom', custom: { name, input: customToolInput(call.arguments) } };
  }
  return { id, index, type: 'function', function: { name, arguments: jsonText(call.arguments) } };
}

/** The fields of a message or a delta that hold these calls. @param firstIndex of the calls in their answer */
export function callFields(calls: readonly ToolCall[], firstIndex: number, format: CallFormat): JsonObject {
  const [call] = calls;
  if (call === undefined) return {};
  if (format.isLegacy) return { function_call: { name: call.name, arguments: jsonText(call.arguments) } };
  return { tool_calls: calls.map((each, i) => toolCallJson(each, firstIndex + i, format)) };
}

/** OpenAI's `finish_reason`. */
export function finishReason(reason: DoneReason, { isLegacy }: CallFormat): string {
  return isLegacy && reason === 'toolCalls' ? 'function_call' : FINISH_REASONS[reason];
}
