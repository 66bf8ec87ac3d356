/** Tools, and whether the model must call one. */
import type { ToolSpec } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { type Fields, fieldsOf, type Place } from '../json/fields.js';
import type { ToolChoice } from '../../core/toolChoice.js';

/**
 * One element of `tools`; its schema stays as it is.
 * @throws ChatError `badRequest` in Go's words; in ours for a tool that only Anthropic's servers have
 */
export function readTool(value: Json, place: Place): ToolSpec {
  const tool = fieldsOf(value, place, 'anthropic.Tool');
  const type = tool.string('type') ?? 'custom';
  const name = tool.string('name') ?? '';
  const schema = tool.object('input_schema', 'json.RawMessage');
  if (type !== 'custom' && schema === undefined) {
    throw new ChatError(
      'badRequest',
      `The tool type ${JSON.stringify(type)} is not supported: only tools of the client, with an input_schema, are.`,
    );
  }
  return {
    name,
    description: tool.string('description') ?? '',
    parameters: schema ?? { type: 'object', properties: {} },
  };
}

/** `tool_choice`. What means nothing to us leaves the choice to the model. */
export function readToolChoice(choice: Fields | undefined): ToolChoice {
  const name = choice?.string('name');
  switch (choice?.string('type') ?? 'auto') {
    case 'none':
      return { mode: 'none' };
    case 'any':
      return { mode: 'required' };
    case 'tool':
      return name === undefined ? { mode: 'auto' } : { mode: 'required', names: [name] };
    default:
      return { mode: 'auto' };
  }
}
