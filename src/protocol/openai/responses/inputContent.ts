/** The content of messages and of tool results in the input of `/v1/responses`. */
import type { Content } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import { type Json, type JsonObject, jsonText } from '../../../core/json.js';
import { readKnownPart } from '../../content.js';
import { isObject } from '../../json/fields.js';
import { wordOf } from '../../requestLimits.js';

function typeOf({ type }: JsonObject): string {
  return wordOf(type, 'type');
}

function readImage(part: JsonObject, at: string): Content {
  const { image_url: image, file_id: file } = part;
  if (image !== undefined && image !== null) return readKnownPart({ ...part, type: 'input_image' }) ?? [];
  throw badRequest(
    typeof file === 'string'
      ? `${at}: file_id is not supported, because files are not stored here. Send the image as a data URL in image_url.`
      : `${at}: image_url is missing`,
  );
}

/**
 * Reads one part.
 * @param at where the part is in the request, for error messages
 * @throws ChatError `badRequest` for a part that Claude cannot read
 */
function readPart(part: Json, at: string): Content {
  if (typeof part === 'string') return part === '' ? [] : [{ type: 'text', text: part }];
  if (!isObject(part)) throw badRequest(`${at}: a part must be an object`);
  const type = typeOf(part);
  if (type === 'input_image' || type === 'computer_screenshot') return readImage(part, at);
  // Thinking cannot be sent back to Claude without its signature.
  if (type === 'summary_text') return [];
  const content = readKnownPart(part);
  if (content === undefined) throw badRequest(`${at}: unknown content type: ${JSON.stringify(type)}`);
  return content;
}

/**
 * The content of a message: a string, or a list of parts. Null counts as empty. Empty texts are left out.
 * @param at where the content is in the request, for error messages
 * @throws ChatError `badRequest`
 */
export function readMessageContent(value: Json | undefined, at: string): Content {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return readPart(value, at);
  if (!Array.isArray(value)) throw badRequest(`${at}: the content must be a string or a list of parts`);
  return (value as readonly Json[]).flatMap((part, index) => readPart(part, `${at}[${index}]`));
}

/** Whether a value in the result of a tool is a part, and not data of the tool that happens to have a type. */
function isOutputPart(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  switch (typeOf(value)) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return typeof value['text'] === 'string';
    case 'image_url':
      return value['image_url'] !== undefined;
    case 'image':
      return typeof value['data'] === 'string';
    case 'input_image':
    case 'computer_screenshot':
    case 'input_file':
      return true;
    default:
      return false;
  }
}

/**
 * The result of a tool: a string, a list of parts, or any other value, which is passed on as JSON.
 * @param at where the result is in the request, for error messages
 * @throws ChatError `badRequest` for a part that Claude cannot read
 */
export function readToolOutput(value: Json | undefined, at: string): Content {
  if (value === undefined || value === null || typeof value === 'string')
    return readMessageContent(value, at);
  const parts: readonly Json[] = Array.isArray(value) ? value : [value];
  if (!parts.every(isOutputPart)) return [{ type: 'text', text: jsonText(value) }];
  return readMessageContent(parts, at);
}
