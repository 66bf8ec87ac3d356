/**
 * The content of a message as a list of parts. OpenAI's two APIs have the same parts with different type names; clients send
 * them to Ollama's own routes, too, and parts of Anthropic's API to all of them.
 */
import type { ContentPart, ToolCall } from '../core/chat.js';
import type { Content } from '../core/conversation.js';
import { badRequest } from '../core/errors.js';
import { fileContent } from '../core/fileContent.js';
import { type Json, type JsonObject, jsonText } from '../core/json.js';
import { readFilePart } from './files.js';
import { readImageUrl } from './images.js';
import { isObject } from './json/fields.js';
import { goTypeOf } from './json/goType.js';
import { wordOf } from './requestLimits.js';
import type { ReadArguments } from './toolArguments.js';

/** The result of a tool call, as a part of a message. */
export interface ResultPart {
  readonly callId: string;
  readonly content: Content;
}

/** What the parts of a message hold. */
export interface MessageParts {
  readonly content: Content;
  readonly calls: readonly ToolCall[];
  readonly results: readonly ResultPart[];
}

const INVALID = 'invalid message format';

function requireString(value: Json | undefined): string {
  if (typeof value !== 'string') throw badRequest(INVALID);
  return value;
}

const PDF_URL = /^data:application\/pdf[;,]/i;

type ReadPart = (part: JsonObject) => ContentPart | undefined;

const readText: ReadPart = ({ text }) => ({ type: 'text', text: requireString(text) });
/** Thinking cannot be sent back to Claude without its signature. */
const leaveOut: ReadPart = () => undefined;

const readImagePart: ReadPart = ({ image_url: image }) => {
  const url = requireString(isObject(image) ? image['url'] : image);
  // Proxies of other APIs have no other part for a PDF.
  return PDF_URL.test(url) ? readFilePart({ file_data: url }) : readImageUrl(url);
};

function refuse(kind: string): ReadPart {
  return () => {
    throw badRequest(`${kind} input is not supported: Claude takes text, images, PDF and text files`);
  };
}

/** A part of Anthropic's API (`source`), of MCP (`data`) or of the AI SDK (`image`). */
const readOtherImage: ReadPart = (part) => {
  const source = isObject(part['source']) ? part['source'] : part;
  return readImageUrl(requireString(source['data'] ?? source['url'] ?? source['image']));
};

const readDocument: ReadPart = (part) => {
  const { source } = part;
  if (!isObject(source)) throw badRequest(INVALID);
  const name = wordOf(part['title'], 'title');
  const data = requireString(source['data']);
  if (source['type'] !== 'text')
    return readFilePart({ filename: name, file_data: data, ...mediaType(source) });
  return fileContent({ name, mediaType: '', data: Buffer.from(data).toString('base64') });
};

function mediaType(source: JsonObject): JsonObject {
  return source['media_type'] === undefined ? {} : { media_type: source['media_type'] };
}

const READERS = new Map<string, ReadPart>([
  ['text', readText],
  ['input_text', readText],
  ['output_text', readText],
  ['refusal', ({ refusal }) => ({ type: 'text', text: requireString(refusal) })],
  ['image_url', readImagePart],
  ['input_image', readImagePart],
  ['image', readOtherImage],
  ['file', (part) => readFilePart(isObject(part['file']) ? part['file'] : part)],
  ['input_file', readFilePart],
  ['document', readDocument],
  ['input_audio', refuse('audio')],
  ['audio', refuse('audio')],
  ['video_url', refuse('video')],
  ['input_video', refuse('video')],
  ['thinking', leaveOut],
  ['redacted_thinking', leaveOut],
  ['reasoning', leaveOut],
  ['reasoning_text', leaveOut],
]);

const CALL = 'tool_use';
const RESULT = 'tool_result';

function typeOf(part: Json): string {
  return isObject(part) ? wordOf(part['type'], 'type') : '';
}

/**
 * The content of a part with a known type. An empty text is left out.
 * @returns `undefined` for an unknown type
 * @throws ChatError `badRequest`, mostly with Ollama's message
 */
export function readKnownPart(part: Json): Content | undefined {
  const read = READERS.get(typeOf(part));
  if (read === undefined || !isObject(part)) return undefined;
  const content = read(part);
  return content === undefined || (content.type === 'text' && content.text === '') ? [] : [content];
}

function readContentPart(part: Json): Content {
  const content = readKnownPart(part);
  if (content === undefined) throw badRequest(INVALID);
  return content;
}

/**
 * The content of a message: a string, a list of parts, or one part. Absent content and empty texts are left out.
 * @throws ChatError `badRequest`, mostly with Ollama's message
 */
export function readContent(value: Json | undefined): Content {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  if (isObject(value) && READERS.has(typeOf(value))) return readContentPart(value);
  if (!Array.isArray(value)) throw badRequest(`invalid message content type: ${goTypeOf(value)}`);
  return value.flatMap(readContentPart);
}

/**
 * The content of a tool's result: as that of a message, or any other value, which becomes JSON text.
 * @throws ChatError `badRequest` for a part that Claude does not take
 */
export function readResultContent(value: Json | undefined): Content {
  if (value === undefined || value === null || typeof value === 'string') return readContent(value);
  const parts: readonly Json[] = Array.isArray(value) ? value : [value];
  if (parts.every((part) => READERS.has(typeOf(part)))) return parts.flatMap(readContentPart);
  return [{ type: 'text', text: jsonText(value) }];
}

/**
 * The content of a message that may hold tool calls and results as parts.
 * @throws ChatError `badRequest`, mostly with Ollama's message
 */
export function readMessageParts(value: Json | undefined, readArguments: ReadArguments): MessageParts {
  const parts: readonly Json[] = Array.isArray(value) ? value : [];
  const calls: ToolCall[] = [];
  const results: ResultPart[] = [];
  for (const part of parts.filter(isObject)) {
    const type = typeOf(part);
    if (type === CALL) {
      const { id, name, input } = part;
      calls.push({ id: wordOf(id, 'id'), name: wordOf(name, 'name'), arguments: readArguments(input) });
    } else if (type === RESULT) {
      const { tool_use_id: callId, content } = part;
      results.push({ callId: wordOf(callId, 'tool_use_id'), content: readResultContent(content) });
    }
  }
  const rest = parts.filter((part) => typeOf(part) !== CALL && typeOf(part) !== RESULT);
  return { content: readContent(Array.isArray(value) ? rest : value), calls, results };
}
