/** Reads a tool on offer in the form that Ollama and OpenAI share. */
import type { ToolSpec } from '../core/chat.js';
import { badRequest, type ChatError } from '../core/errors.js';
import type { Fields } from './json/fields.js';
import { readToolSchema } from './json/schemaField.js';

/**
 * The tool that these fields describe. Its schema is not changed.
 * @param fields of the function. Some clients have them beside the type of the tool, as OpenAI's Responses API does, or as
 *   Anthropic's API, which calls the parameters `input_schema`
 * @param goType Go's name for the type of the schema, for the error message
 * @throws ChatError `badRequest` with Go's message
 */
export function readToolSpec(fields: Fields, goType: string): ToolSpec {
  const name = fields.string('name') ?? '';
  const isAnthropic = fields.value('parameters') === undefined && fields.value('input_schema') !== undefined;
  return {
    name,
    description: fields.text('description') ?? '',
    parameters: readToolSchema(fields, { name: isAnthropic ? 'input_schema' : 'parameters', goType }, name),
  };
}

/** The error for a tool that the provider of an API runs. @param type as the client sent it */
export function unsupportedToolType(type: string): ChatError {
  return badRequest(
    `The tool type ${JSON.stringify(type)} is not supported: only tools that the client runs are.`,
  );
}
