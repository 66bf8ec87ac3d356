/** The choice of tools in the OpenAI routes. */
import type { Json } from '../../core/json.js';
import type { RequestedToolChoice } from '../../core/toolChoice.js';
import { isObject } from '../json/fields.js';
import { checkCount, MAX_TOOLS, wordOf } from '../requestLimits.js';

/** The name of the function or custom tool that a choice refers to; `undefined` for other kinds of tools. */
function toolName(value: Json | undefined): string | undefined {
  const type = isObject(value) ? value['type'] : undefined;
  if (!isObject(value) || (type !== 'function' && type !== 'custom')) return undefined;
  const nested = value[type];
  const { name } = isObject(nested) ? nested : value;
  return typeof name === 'string' ? wordOf(name, 'tool_choice.name') : undefined;
}

/** Reads `tool_choice` of chats. An unknown value leaves the choice to the model. */
export function readToolChoice(value: Json | undefined): RequestedToolChoice {
  if (value === 'none') return { mode: 'none' };
  if (value === 'required' || value === 'any') return { mode: 'required' };
  if (!isObject(value)) return { mode: 'auto' };
  const chosen = toolName(value);
  if (chosen !== undefined) return { mode: 'required', names: [chosen] };
  if (value['type'] !== 'allowed_tools') return { mode: 'auto' };
  const allowed = isObject(value['allowed_tools']) ? value['allowed_tools'] : value;
  const tools = Array.isArray(allowed['tools']) ? (allowed['tools'] as readonly Json[]) : [];
  checkCount('tools in tool_choice', tools.length, MAX_TOOLS);
  return {
    mode: allowed['mode'] === 'required' ? 'required' : 'auto',
    names: tools.map(toolName).filter((name) => name !== undefined),
  };
}
