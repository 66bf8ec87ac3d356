/** The content of messages and of tool results in the input of `/v1/responses`. */
import type { ContentPart } from '../../../core/chat.js';
import type { Content } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { isObject } from '../../json/fields.js';
import { imageOf, readBase64 } from '../../images.js';
import { readImageUrl } from '../content.js';
import { readInputFile } from './inputFile.js';

function typeOf({ type }: JsonObject): string {
  return typeof type === 'string' ? type : '';
}

function text(value: Json | undefined, at: string): ContentPart {
  if (value !== undefined && value !== null && typeof value !== 'string') {
    throw badRequest(`${at}: the text must be a string`);
  }
  return { type: 'text', text: value ?? '' };
}

function image(part: JsonObject, at: string): ContentPart {
  const value = part['image_url'];
  const url = isObject(value) ? value['url'] : value;
  if (typeof url === 'string') return readImageUrl(url);
  throw badRequest(
    typeof part['file_id'] === 'string'
      ? `${at}: file_id is not supported, because files are not stored here. Send the image as a data URL in image_url.`
      : `${at}: image_url is missing`,
  );
}

/**
 * Reads one part by its type.
 * @param at where the part is in the request, for error messages
 * @returns `undefined` for a type that is unknown
 * @throws ChatError `badRequest` for a part that Claude cannot read
 */
function readPart(part: JsonObject, at: string): Content | undefined {
  switch (typeOf(part)) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return [text(part['text'], at)];
    case 'refusal':
      return [text(part['refusal'], at)];
    case 'input_image':
    case 'image_url':
    case 'computer_screenshot':
      return [image(part, at)];
    // The form of MCP, which some clients pass on.
    case 'image':
      return typeof part['data'] === 'string' ? [imageOf(readBase64(part['data']))] : [image(part, at)];
    case 'input_file':
      return [readInputFile(part, at)];
    case 'file':
      return [readInputFile(isObject(part['file']) ? part['file'] : part, at)];
    // Thinking cannot be sent back to Claude without its signature.
    case 'reasoning':
    case 'reasoning_text':
    case 'summary_text':
    case 'thinking':
      return [];
    case 'input_audio':
      throw badRequest(`${at}: audio input is not supported: Claude takes text, images and files`);
    default:
      return undefined;
  }
}

/** Empty texts are left out. */
function withoutEmptyTexts(content: Content): Content {
  return content.filter((part) => part.type !== 'text' || part.text !== '');
}

/**
 * The content of a message: a string, or a list of parts. Null counts as empty.
 * @param at where the content is in the request, for error messages
 * @throws ChatError `badRequest`
 */
export function readMessageContent(value: Json | undefined, at: string): Content {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return withoutEmptyTexts([{ type: 'text', text: value }]);
  if (!Array.isArray(value)) throw badRequest(`${at}: the content must be a string or a list of parts`);
  const parts = (value as readonly Json[]).flatMap((part, index) => {
    const partAt = `${at}[${index}]`;
    if (typeof part === 'string') return [text(part, partAt)];
    const content = isObject(part) ? readPart(part, partAt) : undefined;
    if (content !== undefined) return content;
    const type = isObject(part) ? part['type'] : part;
    throw badRequest(`${partAt}: unknown content type: ${JSON.stringify(type ?? '')}`);
  });
  return withoutEmptyTexts(parts);
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
  if (!parts.every(isOutputPart)) return [{ type: 'text', text: JSON.stringify(value) }];
  return readMessageContent(parts, at);
}
