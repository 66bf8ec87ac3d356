/** Tools, tool calls and the choice of tools in the OpenAI routes. */
import type { ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import type { RequestedToolChoice } from '../../core/toolChoice.js';
import { type Fields, isObject } from '../json/fields.js';
import { checkJsonLimits, MAX_WEIGHT } from '../json/jsonLimits.js';

/**
 * The tool that these fields describe. Its schema is not changed.
 * @param goType Go's name for the type of the schema, for the error message
 * @throws ChatError `badRequest` with Go's message
 */
export function readToolSpec(fields: Fields | undefined, goType: string): ToolSpec {
  return {
    name: fields?.string('name') ?? '',
    description: fields?.string('description') ?? '',
    parameters: fields?.object('parameters', goType) ?? { type: 'object', properties: {} },
  };
}

/**
 * Reads the arguments of a call, which clients send as JSON text of an object. Blank text means no arguments.
 * @throws ChatError `badRequest` with Ollama's message, or when the JSON exceeds the limits of `checkJsonLimits`
 */
export type ReadArguments = (text: string) => JsonObject;

/** Creates a reader for one request: the arguments of all its calls together must not exceed the limits of one body. */
export function createArgumentsReader(): ReadArguments {
  let remainingWeight = MAX_WEIGHT;
  return (text) => {
    if (text.trim() === '') return {};
    remainingWeight -= checkJsonLimits(text, remainingWeight);
    let value: Json | undefined;
    try {
      value = JSON.parse(text) as Json;
    } catch {
      value = undefined;
    }
    if (isObject(value)) return value;
    throw badRequest('invalid tool call arguments');
  };
}

/** The name of the function that a choice refers to; `undefined` for other kinds of tools, which are not offered. */
function functionName(value: Json | undefined): string | undefined {
  if (!isObject(value) || value['type'] !== 'function') return undefined;
  const called = isObject(value['function']) ? value['function'] : value;
  return typeof called['name'] === 'string' ? called['name'] : undefined;
}

/** Reads `tool_choice` of chats and of responses. An unknown value leaves the choice to the model. */
export function readToolChoice(value: Json | undefined): RequestedToolChoice {
  if (value === 'none') return { mode: 'none' };
  if (value === 'required' || value === 'any') return { mode: 'required' };
  if (!isObject(value)) return { mode: 'auto' };
  if (value['type'] === 'function') {
    const name = functionName(value);
    return name === undefined ? { mode: 'auto' } : { mode: 'required', names: [name] };
  }
  if (value['type'] !== 'allowed_tools') return { mode: 'auto' };
  const allowed = isObject(value['allowed_tools']) ? value['allowed_tools'] : value;
  const tools = Array.isArray(allowed['tools']) ? (allowed['tools'] as readonly Json[]) : [];
  return {
    mode: allowed['mode'] === 'required' ? 'required' : 'auto',
    names: tools.map(functionName).filter((name) => name !== undefined),
  };
}
