/**
 * The tool for answers in JSON: its input is the answer. A tool's input must be an object, so any other schema is wrapped in
 * an object with one property. Pure.
 */
import type { ResponseFormat } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import { mapReferences } from './references.js';
import { COMBINATORS, isApiPropertyName, isObject } from './schemaKeywords.js';

/** The CLI's tool for structured output. Its input is the answer. */
export const STRUCTURED_OUTPUT_TOOL = 'StructuredOutput';

/** The property of the wrapper that holds the answer. */
export const WRAPPER_PROPERTY = 'value';

/** Whether the answer is wrapped in an object because its schema is not one that a tool can have. */
export function isWrapped(format: ResponseFormat): boolean {
  if (format.type === 'json') return false;
  const { type, properties } = format.schema;
  // The API refuses both at the root of a tool's schema, and nowhere else.
  if (COMBINATORS.some((keyword) => keyword in format.schema)) return true;
  if (isObject(properties) && !Object.keys(properties).every(isApiPropertyName)) return true;
  return type !== 'object' && !(type === undefined && properties !== undefined);
}

/** The object schema for the CLI. Definitions stay at the root, and references follow the rest. */
export function objectSchema(format: ResponseFormat): JsonObject {
  if (format.type === 'json') return { type: 'object' };
  if (!isWrapped(format)) return { ...format.schema, type: 'object' };
  const moved = mapReferences(format.schema, (pointer) =>
    pointer[0] === '$defs' || pointer[0] === 'definitions'
      ? undefined
      : ['properties', WRAPPER_PROPERTY, ...pointer],
  ) as JsonObject;
  const { $defs, definitions, ...schema } = moved;
  return {
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
    type: 'object',
    properties: { [WRAPPER_PROPERTY]: schema },
    required: [WRAPPER_PROPERTY],
    additionalProperties: false,
  };
}
