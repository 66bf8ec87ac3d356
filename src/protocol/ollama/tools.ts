/** Tools and tool calls in Ollama's native format. */
import type { ToolCall, ToolSpec } from '../../core/chat.js';
import type { Json } from '../../core/json.js';
import { type FieldPath, fieldsOf } from '../json/fields.js';
import { readToolSchema } from '../json/schemaField.js';
import type { ReadArguments } from '../toolArguments.js';

/** One element of `tools`. Its schema is not changed. @throws ChatError `badRequest` with Go's message */
export function readTool(value: Json, at: FieldPath): ToolSpec {
  const tool = fieldsOf(value, at, 'api.Tool');
  tool.string('type');
  const spec = tool.fields('function', 'api.ToolFunction');
  const name = spec?.string('name') ?? '';
  const schema = { name: 'parameters', goType: 'api.ToolFunctionParameters' };
  return {
    name,
    description: spec?.text('description') ?? '',
    parameters: readToolSchema(spec, schema, name),
  };
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
