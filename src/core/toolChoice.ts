/** Which of a client's tools the model may call in one answer, and whether it must. The same in all dialects. Pure. */
import type { ToolSpec } from './chat.js';
import { ChatError } from './errors.js';

/** Which tools the model may call, and whether it must. Without `names` all of them are meant. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required';
  readonly names?: readonly string[];
}

/** What a choice leaves: the tools to offer, and what the model must be told. */
export interface Offer {
  readonly tools: readonly ToolSpec[];
  readonly instruction?: string;
}

/**
 * The tools that the choice leaves. The CLI has no way to force a call, so a forced one is asked for in the system
 * prompt, with no other tool on offer; a model that answers in words all the same is passed on as it is, because the
 * client can make more of that answer than of an error.
 * @throws ChatError `badRequest` when the choice cannot be met
 */
export function offerTools(tools: readonly ToolSpec[], choice: ToolChoice): Offer {
  if (choice.mode === 'none') return { tools: [] };
  const { names } = choice;
  const missing = names?.find((name) => !tools.some((tool) => tool.name === name));
  if (missing !== undefined) {
    throw new ChatError(
      'badRequest',
      `tool_choice names the tool ${JSON.stringify(missing)}, which is not among the tools`,
    );
  }
  const offered = names === undefined ? tools : tools.filter((tool) => names.includes(tool.name));
  if (choice.mode === 'auto') return { tools: offered };
  const [first, ...more] = offered;
  if (first === undefined) {
    throw new ChatError('badRequest', 'tool_choice demands a tool call, but there are no tools');
  }
  const whom = more.length === 0 ? `the tool "${first.name}"` : 'at least one of your tools';
  return {
    tools: offered,
    instruction: `You must answer by calling ${whom}. Write no other answer.`,
  };
}
