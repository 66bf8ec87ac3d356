/** The client's choice of tools (`tool_choice`): which of its tools the model may call, and whether it must call one. */
import type { ChatRequest, ToolChoice, ToolSpec } from './chat.js';
import { badRequest } from './errors.js';

/** A choice as the dialects have it. */
export interface RequestedToolChoice {
  readonly mode: 'auto' | 'none' | 'required';
  /** The tools that the model may call. If absent, all of them. */
  readonly names?: readonly string[];
  /** The model must not call more than one tool in one message. */
  readonly single?: boolean;
}

/** The tools to offer to the model, and what the model must do with them. */
export type OfferedTools = Pick<ChatRequest, 'tools' | 'toolChoice'>;

/**
 * Applies a choice to the client's tools. With `none`, no tool is offered. A choice of one required tool leaves the others on
 * offer, as the Messages API does, so that the prompt stays the same and its cache can be used.
 * @throws ChatError `badRequest` when the choice names a missing tool, or requires a call without any tools
 */
export function applyToolChoice(tools: readonly ToolSpec[], choice: RequestedToolChoice): OfferedTools {
  const { mode, names, single = false } = choice;
  if (mode === 'none') return { tools: [] };
  const known = new Set(tools.map((tool) => tool.name));
  const missing = names?.find((name) => !known.has(name));
  if (missing !== undefined) {
    throw badRequest(`tool_choice names the tool ${JSON.stringify(missing)}, which is not among the tools`);
  }
  const required = mode === 'required';
  const [only, ...others] = names ?? [];
  if (required && only !== undefined && others.length === 0) {
    return { tools, toolChoice: { required, name: only, single } };
  }
  const chosen = new Set(names);
  const offered = names === undefined ? tools : tools.filter((tool) => chosen.has(tool.name));
  if (required && offered.length === 0) {
    throw badRequest('tool_choice requires a tool call, but there are no tools');
  }
  if (!required && (!single || offered.length === 0)) return { tools: offered };
  return { tools: offered, toolChoice: { required, single } };
}

/**
 * The instruction to the model for a lane in which the API cannot enforce a choice, because the CLI offers tools of its own.
 * @returns the empty string if the model may decide
 */
export function toolChoiceInstruction(choice: ToolChoice | undefined): string {
  if (choice?.required === true) {
    const tool = choice.name === undefined ? 'one of the tools of the client' : `the tool "${choice.name}"`;
    const count = choice.single ? ' exactly once' : '';
    return `You must answer by calling ${tool}${count}. Write no other answer.`;
  }
  return choice?.single === true ? 'Call at most one tool of the client in each message.' : '';
}
