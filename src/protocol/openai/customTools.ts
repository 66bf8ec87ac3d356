/**
 * OpenAI's custom tools, whose input is free text. The client runs them. Claude gets each as a tool with one string. Chats and
 * responses share this file; they name the fields of a tool differently.
 */
import type { ToolSpec } from '../../core/chat.js';
import { type Json, type JsonObject, jsonText } from '../../core/json.js';
import { isObject } from '../json/fields.js';

/** The only argument of a custom tool. */
const INPUT = 'input';

/** A custom tool as a request has it. */
export interface CustomTool {
  readonly name: string;
  readonly description: string;
  /** `{"type":"text"}`, or a grammar, whose fields are at the same level (responses) or one deeper (chats). */
  readonly format: Json | undefined;
}

/** The sentence about the grammar of the input; empty for any text. */
function grammarText(format: Json | undefined): string {
  if (!isObject(format) || format['type'] !== 'grammar') return '';
  const { syntax, definition } = isObject(format['grammar']) ? format['grammar'] : format;
  if (typeof definition !== 'string') return '';
  const kind = typeof syntax === 'string' ? `${syntax} grammar` : 'grammar';
  return `The input must match this ${kind}:\n${definition}`;
}

/** The tool that Claude gets for a custom tool. */
export function customToolSpec({ name, description, format }: CustomTool): ToolSpec {
  const text = { type: 'string', description: 'The input of the tool, as plain text.' };
  return {
    name,
    description: [description, grammarText(format)].filter((part) => part !== '').join('\n\n'),
    parameters: {
      type: 'object',
      properties: { [INPUT]: text },
      required: [INPUT],
      additionalProperties: false,
    },
  };
}

/** The arguments of a call with this input. */
export function customToolArguments(input: string): JsonObject {
  return { [INPUT]: input };
}

/** The input of a call with these arguments. Arguments of another form are returned as JSON text. */
export function customToolInput(args: JsonObject): string {
  const input = args[INPUT];
  return typeof input === 'string' && Object.keys(args).length === 1 ? input : jsonText(args);
}
