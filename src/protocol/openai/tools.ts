/** Tools, calls of them, and the choice between them. */
import type { ToolSpec } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { type Fields, isObject } from '../json/fields.js';
import { checkJsonLimits, MOST_WEIGHT } from '../json/jsonLimits.js';
import type { ToolChoice } from '../../core/toolChoice.js';

/**
 * The tool that these fields describe; its schema stays as it is. A wrong type is refused in Go's words.
 * @param goType Go's name for the type of the schema
 */
export function toolSpec(described: Fields | undefined, goType: string): ToolSpec {
  return {
    name: described?.string('name') ?? '',
    description: described?.string('description') ?? '',
    parameters: described?.object('parameters', goType) ?? { type: 'object', properties: {} },
  };
}

/**
 * Reads the arguments of a call, which clients give back as the text of a JSON object. No text stands for no arguments.
 * @throws ChatError `badRequest` in Ollama's words; in ours when they nest too deep or hold too many values
 */
export type ReadArguments = (text: string) => JsonObject;

/** For the calls of one request: together they may hold as many values as a request. */
export function createArgumentsReader(): ReadArguments {
  let room = MOST_WEIGHT;
  return (text) => {
    if (text.trim() === '') return {};
    room -= checkJsonLimits(text, room);
    let value: Json | undefined;
    try {
      value = JSON.parse(text) as Json;
    } catch {
      value = undefined;
    }
    if (isObject(value)) return value;
    throw new ChatError('badRequest', 'invalid tool call arguments');
  };
}

/** The function that a choice names; other kinds of tools are not the model's to call here. */
function nameOf(value: Json | undefined): string | undefined {
  if (!isObject(value) || value['type'] !== 'function') return undefined;
  const called = isObject(value['function']) ? value['function'] : value;
  return typeof called['name'] === 'string' ? called['name'] : undefined;
}

/** `tool_choice` in the forms of both families of routes. What means nothing to us leaves the choice to the model. */
export function readToolChoice(value: Json | undefined): ToolChoice {
  if (value === 'none') return { mode: 'none' };
  if (value === 'required' || value === 'any') return { mode: 'required' };
  if (!isObject(value)) return { mode: 'auto' };
  if (value['type'] === 'function') {
    const name = nameOf(value);
    return name === undefined ? { mode: 'auto' } : { mode: 'required', names: [name] };
  }
  if (value['type'] !== 'allowed_tools') return { mode: 'auto' };
  const allowed = isObject(value['allowed_tools']) ? value['allowed_tools'] : value;
  const listed = Array.isArray(allowed['tools']) ? (allowed['tools'] as readonly Json[]) : [];
  return {
    mode: allowed['mode'] === 'required' ? 'required' : 'auto',
    names: listed.map(nameOf).filter((name) => name !== undefined),
  };
}
