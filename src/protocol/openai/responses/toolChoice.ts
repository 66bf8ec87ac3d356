/** `tool_choice` of `/v1/responses`: which of the client's tools Claude may or must call. */
import { badRequest, type ChatError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import type { RequestedToolChoice } from '../../../core/toolChoice.js';
import { isObject } from '../../json/fields.js';
import { CUSTOM, FUNCTION } from './callForms.js';
import type { ClientTool, ToolTable } from './toolTable.js';

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The tool that a choice means. A name alone also finds a tool of a namespace. */
function chosenTool(choice: JsonObject, tools: readonly ClientTool[]): ClientTool | undefined {
  const type = textOf(choice['type']);
  if (type !== 'function' && type !== 'custom') {
    return tools.find(({ form, identity }) => form !== FUNCTION && form !== CUSTOM && identity.name === type);
  }
  // In chats, the name is in an object of its own.
  const named = isObject(choice[type]) ? choice[type] : choice;
  const name = textOf(named['name']);
  const namespace = textOf(named['namespace']);
  const sameForm = tools.filter(({ form }) => form === (type === 'function' ? FUNCTION : CUSTOM));
  const exact = namespace === '' ? sameForm.find(({ spec }) => spec.name === name) : undefined;
  return (
    exact ??
    sameForm.find(
      ({ identity }) => identity.name === name && (namespace === '' || identity.namespace === namespace),
    )
  );
}

function notOffered(choice: JsonObject): ChatError {
  return badRequest(
    `tool_choice: ${JSON.stringify(choice)} is not among the tools that can be offered. Tools that run on OpenAI's servers are left out.`,
  );
}

/**
 * Reads `tool_choice`. An unknown string leaves the choice to the model.
 * @throws ChatError `badRequest` for a choice of a tool that is not offered
 */
export function readToolChoice(value: Json | undefined, table: ToolTable): RequestedToolChoice {
  const namesOf = (choice: JsonObject): string[] => {
    const chosen = chosenTool(choice, table.tools);
    if (chosen !== undefined) return [chosen.spec.name];
    if (table.omitted.includes(textOf(choice['type']))) return [];
    throw notOffered(choice);
  };
  if (!isObject(value)) {
    return {
      mode: value === 'none' ? 'none' : value === 'required' || value === 'any' ? 'required' : 'auto',
    };
  }
  const type = textOf(value['type']);
  if (type === 'auto' || type === 'none' || type === 'required' || type === 'any') {
    return readToolChoice(type, table);
  }
  if (type !== 'allowed_tools') {
    const names = namesOf(value);
    if (names.length === 0) throw notOffered(value);
    return { mode: 'required', names };
  }
  const allowed = isObject(value['allowed_tools']) ? value['allowed_tools'] : value;
  const tools = Array.isArray(allowed['tools']) ? (allowed['tools'] as readonly Json[]) : [];
  const names = tools.filter((tool) => isObject(tool)).flatMap(namesOf);
  const mode = allowed['mode'] === 'required' ? 'required' : 'auto';
  if (mode === 'required' && names.length === 0) throw notOffered(value);
  return { mode, names };
}
