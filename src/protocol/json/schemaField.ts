/** Reads the JSON Schemas of a request: of a tool's parameters, and of the answer. */
import type { ResponseFormat } from '../../core/chat.js';
import { asChatError, badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { type Fields, isObject } from './fields.js';
import { type CheckJsonText, createJsonTextCheck } from './jsonLimits.js';

/** A tool without parameters. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };

/** The field that holds a schema. */
export interface SchemaField {
  readonly name: string;
  /** Go's name for its type, for the error message. */
  readonly goType: string;
}

/**
 * The schema in a field of a tool, not repaired. Some clients send it as JSON text; an empty list (PHP) and a blank text count
 * as no parameters, as an absent field does.
 * @param tool the name of the tool, for the error message
 * @throws ChatError `badRequest` with Go's message and the tool for anything else
 */
export function readToolSchema(fields: Fields | undefined, field: SchemaField, tool: string): JsonObject {
  const value = fields?.value(field.name);
  if (isObject(value)) return value;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return NO_PARAMETERS;
  if (typeof value === 'string') {
    if (value.trim() === '') return NO_PARAMETERS;
    const parsed = parseObject(value, fields?.checkText);
    if (parsed !== undefined) return parsed;
  }
  try {
    return fields?.object(field.name, field.goType) ?? NO_PARAMETERS;
  } catch (error) {
    const { message } = asChatError(error);
    throw badRequest(tool === '' ? message : `${message} (tool ${JSON.stringify(tool)})`);
  }
}

/**
 * The format for the schema of an answer, which may be JSON text. Without a schema, any JSON is allowed.
 * @throws ChatError `badRequest` if it is neither an object nor JSON text of one
 */
export function readAnswerSchema(value: Json | undefined): ResponseFormat {
  if (value === undefined || value === null || value === true) return { type: 'json' };
  const schema = typeof value === 'string' ? parseObject(value) : value;
  if (isObject(schema)) return { type: 'schema', schema };
  throw badRequest(
    `The schema of the answer is ${JSON.stringify(value)}, which is not a JSON Schema object.`,
  );
}

/** The object that a text is JSON of. @throws ChatError `badRequest` if the JSON exceeds the limits of `checkText` */
export function parseObject(
  text: string,
  checkText: CheckJsonText = createJsonTextCheck(),
): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  checkText(text);
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
