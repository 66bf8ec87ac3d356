/** The client's choice of tools (`tool_choice`): which of its tools the model may call, and whether it must call one. */
import type { ToolSpec } from './chat.js';
import { badRequest } from './errors.js';

/** `names` limits the choice to these tools; without it, all tools are meant. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required';
  readonly names?: readonly string[];
}

/** The result of a choice: the tools to offer, and the instruction to add to the system prompt. */
export interface OfferedTools {
  readonly tools: readonly ToolSpec[];
  readonly instruction?: string;
}

/**
 * Applies a choice to the client's tools. The CLI cannot force a tool call, so a required call is requested in the
 * system prompt, and no other tools are offered. If the model still answers with text, the client gets that text, which
 * is of more use to it than an error.
 * @throws ChatError `badRequest` when the choice names a missing tool, or requires a call without any tools
 */
export function applyToolChoice(tools: readonly ToolSpec[], choice: ToolChoice): OfferedTools {
  if (choice.mode === 'none') return { tools: [] };
  const { names } = choice;
  const missing = names?.find((name) => !tools.some((tool) => tool.name === name));
  if (missing !== undefined) {
    throw badRequest(`tool_choice names the tool ${JSON.stringify(missing)}, which is not among the tools`);
  }
  const offered = names === undefined ? tools : tools.filter((tool) => names.includes(tool.name));
  if (choice.mode === 'auto') return { tools: offered };
  const [first, ...others] = offered;
  if (first === undefined) throw badRequest('tool_choice requires a tool call, but there are no tools');
  const required = others.length === 0 ? `the tool "${first.name}"` : 'at least one of your tools';
  return {
    tools: offered,
    instruction: `You must answer by calling ${required}. Write no other answer.`,
  };
}
