/** Tools and tool calls in Ollama's native format. */
import type { ToolCall, ToolSpec } from '../../core/chat.js';
import type { Json } from '../../core/json.js';
import { type FieldPath, fieldsOf } from '../json/fields.js';
import type { ReadArguments } from '../toolArguments.js';
import { readToolSpec, unsupportedToolType } from '../toolSpec.js';

/**
 * One element of `tools`. Its schema is not changed. Without a type, it may lack everything, as in Ollama.
 * @throws ChatError `badRequest` with Go's message, or for a tool that the client cannot run
 */
export function readTool(value: Json, at: FieldPath): ToolSpec {
  const tool = fieldsOf(value, at, 'api.Tool');
  const type = tool.string('type') ?? 'function';
  const nested = tool.fields('function', 'api.ToolFunction');
  const spec = readToolSpec(nested ?? tool, 'api.ToolFunctionParameters');
  if (nested === undefined && type !== '' && type !== 'function') throw unsupportedToolType(type);
  return spec;
}

/**
 * One element of `tool_calls`. The id may be empty. Arguments that are not an object, most often JSON text, are accepted.
 * @throws ChatError `badRequest` with Go's message
 */
export function readToolCall(value: Json, at: FieldPath, readArguments: ReadArguments): ToolCall {
  const call = fieldsOf(value, at, 'api.ToolCall');
  // Some clients have the fields of the function beside the id.
  const called = call.fields('function', 'api.ToolCallFunction') ?? call;
  called.integer('index');
  return {
    id: call.string('id') ?? '',
    name: called.string('name') ?? '',
    arguments: readArguments(called.exactValue('arguments')),
  };
}
