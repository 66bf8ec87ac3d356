/** Tools and the choice of tools in `/v1/messages`. */
import type { ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import type { RequestedToolChoice } from '../../core/toolChoice.js';
import { type FieldPath, type Fields, fieldsOf } from '../json/fields.js';

/**
 * One element of `tools`. Its schema is not changed.
 * @throws ChatError `badRequest`, with Go's message except for a tool that only Anthropic's servers run
 */
export function readTool(value: Json, at: FieldPath): ToolSpec {
  const tool = fieldsOf(value, at, 'anthropic.Tool');
  const type = tool.string('type') ?? 'custom';
  const name = tool.string('name') ?? '';
  const schema = tool.object('input_schema', 'json.RawMessage');
  if (type !== 'custom' && schema === undefined) {
    throw badRequest(
      `The tool type ${JSON.stringify(type)} is not supported: only client tools with an input_schema are.`,
    );
  }
  return {
    name,
    description: tool.string('description') ?? '',
    parameters: schema ?? { type: 'object', properties: {} },
  };
}

/** Reads `tool_choice`. An unknown value leaves the choice to the model. */
export function readToolChoice(choice: Fields | undefined): RequestedToolChoice {
  const name = choice?.string('name');
  const single = choice?.boolean('disable_parallel_tool_use') ?? false;
  switch (choice?.string('type') ?? 'auto') {
    case 'none':
      return { mode: 'none' };
    case 'any':
      return { mode: 'required', single };
    case 'tool':
      return name === undefined ? { mode: 'auto', single } : { mode: 'required', names: [name], single };
    default:
      return { mode: 'auto', single };
  }
}
