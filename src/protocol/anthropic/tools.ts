/** Tools and the choice of tools in `/v1/messages`. */
import type { ToolSpec } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import type { RequestedToolChoice } from '../../core/toolChoice.js';
import { type FieldPath, type Fields, fieldsOf } from '../json/fields.js';
import { readToolSchema } from '../json/schemaField.js';
import { clientTool } from './clientTools.js';
import { textOf } from './values.js';

/** The API takes examples of the input beside the schema. The CLI does not, so they become part of the description. */
function withExamples(description: string, examples: Json | undefined): string {
  if (!Array.isArray(examples) || examples.length === 0) return description;
  const lines = examples.map((example: Json) => textOf(example));
  return [description, `Examples of the input:\n${lines.join('\n')}`]
    .filter((text) => text !== '')
    .join('\n\n');
}

/**
 * One element of `tools`. Its schema is not changed. A tool that Anthropic defines and the client runs gets the documented
 * one. `defer_loading` is ignored: the model sees every tool from the start.
 * @throws ChatError `badRequest`, with Go's message except for a tool that only Anthropic's servers run
 */
export function readTool(value: Json, at: FieldPath): ToolSpec {
  const tool = fieldsOf(value, at, 'anthropic.Tool');
  const type = tool.string('type') ?? 'custom';
  const name = tool.string('name') ?? '';
  const isGiven = tool.value('input_schema') !== undefined;
  const defined = isGiven ? undefined : clientTool(type);
  if (type !== 'custom' && !isGiven && defined === undefined) {
    throw badRequest(
      `The tool type ${JSON.stringify(type)} is not supported: this server offers the tools that the client runs, ` +
        'with an input_schema. Remove the tool, or run one of your own.',
    );
  }
  const description = tool.text('description') ?? defined?.description ?? '';
  return {
    name,
    description: withExamples(description, tool.exactValue('input_examples')),
    parameters:
      defined?.parameters ?? readToolSchema(tool, { name: 'input_schema', goType: 'json.RawMessage' }, name),
  };
}

/**
 * Reads `tool_choice`.
 * @throws ChatError `badRequest` for an unknown choice, or for a forced tool without a name
 */
export function readToolChoice(choice: Fields | undefined): RequestedToolChoice {
  const name = choice?.string('name') ?? '';
  const single = choice?.boolean('disable_parallel_tool_use') ?? false;
  const type = choice?.string('type') ?? 'auto';
  switch (type) {
    case 'auto':
      return { mode: 'auto', single };
    case 'none':
      return { mode: 'none' };
    case 'any':
      return { mode: 'required', single };
    case 'tool':
      if (name === '') throw badRequest('tool_choice of the type "tool" must have a name');
      return { mode: 'required', names: [name], single };
    default:
      throw badRequest(
        `The tool_choice ${JSON.stringify(type)} is not supported. Use auto, any, tool or none.`,
      );
  }
}
