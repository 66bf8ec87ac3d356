/** `tool_choice` of `/v1/responses`: which of the client's tools Claude may or must call. */
import { badRequest, type ChatError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import type { RequestedToolChoice } from '../../../core/toolChoice.js';
import { isObject } from '../../json/fields.js';
import { checkCount, MAX_TOOLS, wordOf } from '../../requestLimits.js';
import { CUSTOM, FUNCTION } from './callForms.js';
import type { ClientTool, ToolTable } from './toolTable.js';

/** Finds the tool that a choice means; the first one if several fit. */
type ToolFinder = (choice: JsonObject) => ClientTool | undefined;

/** A name alone also finds a tool of a namespace. */
function createFinder(tools: readonly ClientTool[]): ToolFinder {
  const builtIns = new Map<string, ClientTool>();
  /** By the name that Claude sees. */
  const exact = new Map<string, ClientTool>();
  /** By the client's name: the tools of this name, each in another namespace. */
  const named = new Map<string, ClientTool[]>();
  for (const tool of tools) {
    const { form, identity, spec } = tool;
    if (form !== FUNCTION && form !== CUSTOM) {
      if (!builtIns.has(identity.name)) builtIns.set(identity.name, tool);
      continue;
    }
    const key = (name: string): string => `${form.callType} ${name}`;
    if (!exact.has(key(spec.name))) exact.set(key(spec.name), tool);
    const others = named.get(key(identity.name)) ?? [];
    others.push(tool);
    named.set(key(identity.name), others);
  }
  return (choice) => {
    const type = wordOf(choice['type'], 'type');
    if (type !== 'function' && type !== 'custom') return builtIns.get(type);
    // In chats, the name is in an object of its own.
    const fields = isObject(choice[type]) ? choice[type] : choice;
    const namespace = wordOf(fields['namespace'], 'namespace');
    const key = `${(type === 'function' ? FUNCTION : CUSTOM).callType} ${wordOf(fields['name'], 'name')}`;
    if (namespace === '') return exact.get(key) ?? named.get(key)?.[0];
    return named.get(key)?.find(({ identity }) => identity.namespace === namespace);
  };
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
  const find = createFinder(table.tools);
  const omitted = new Set(table.omitted);
  const namesOf = (choice: JsonObject): string[] => {
    const chosen = find(choice);
    if (chosen !== undefined) return [chosen.spec.name];
    if (omitted.has(wordOf(choice['type'], 'type'))) return [];
    throw notOffered(choice);
  };
  if (!isObject(value)) {
    return {
      mode: value === 'none' ? 'none' : value === 'required' || value === 'any' ? 'required' : 'auto',
    };
  }
  const type = wordOf(value['type'], 'type');
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
  checkCount('tools in tool_choice', tools.length, MAX_TOOLS);
  const names = tools.filter((tool) => isObject(tool)).flatMap(namesOf);
  const mode = allowed['mode'] === 'required' ? 'required' : 'auto';
  if (mode === 'required' && names.length === 0) throw notOffered(value);
  return { mode, names };
}
