/** Tools and tool calls in Ollama's native format. */
import type { ToolCall, ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { type FieldPath, fieldsOf, isObject } from '../json/fields.js';
import { readToolSchema } from '../json/schemaField.js';

/** One element of `tools`. Its schema is not changed. @throws ChatError `badRequest` with Go's message */
export function readTool(value: Json, at: FieldPath): ToolSpec {
  const tool = fieldsOf(value, at, 'api.Tool');
  tool.string('type');
  const spec = tool.fields('function', 'api.ToolFunction');
  const name = spec?.string('name') ?? '';
  const schema = { name: 'parameters', goType: 'api.ToolFunctionParameters' };
  return {
    name,
    description: spec?.string('description') ?? '',
    parameters: readToolSchema(spec, schema, name),
  };
}

/** Ollama's message for arguments that are not an object, which are most often a string of JSON. */
const ARGUMENTS_ERROR = "Value looks like object, but can't find closing '}' symbol";

function readArguments(value: Json | undefined): JsonObject {
  if (value === undefined) return {};
  if (isObject(value)) return value;
  throw badRequest(ARGUMENTS_ERROR);
}

/** One element of `tool_calls`. The id may be empty. @throws ChatError `badRequest` with Go's or Ollama's message */
export function readToolCall(value: Json, at: FieldPath): ToolCall {
  const call = fieldsOf(value, at, 'api.ToolCall');
  const called = call.fields('function', 'api.ToolCallFunction');
  called?.integer('index');
  return {
    id: call.string('id') ?? '',
    name: called?.string('name') ?? '',
    arguments: readArguments(called?.value('arguments')),
  };
}
