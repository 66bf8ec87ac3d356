/** Checks the limits of `protocol/requestLimits.ts` on a translated chat, where only the whole can be counted. */
import type { ChatMessage, ChatRequest, ImagePart, ToolSpec } from '../core/chat.js';
import { ChatError } from '../core/errors.js';
import { isJsonArray, type Json, type JsonObject, jsonText } from '../core/json.js';
import {
  checkCount,
  MAX_IMAGE_BYTES,
  MAX_IMAGES,
  MAX_MESSAGES,
  MAX_OBJECTS_OF_SCHEMA,
  MAX_SCHEMA_OBJECTS,
  MAX_STOPS,
  MAX_TOOL_CHARACTERS,
  MAX_TOOLS,
} from '../protocol/requestLimits.js';

const BASE64_BYTES_PER_GROUP = 3;
const BASE64_CHARACTERS_PER_GROUP = 4;

function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / BASE64_CHARACTERS_PER_GROUP) * BASE64_BYTES_PER_GROUP - padding;
}

/** The images of a part, also those in a tool's result or in a document. */
function imagesIn(part: ChatMessage['content'][number]): ImagePart[] {
  switch (part.type) {
    case 'image':
      return [part];
    case 'toolResult':
      return part.content.flatMap(imagesIn);
    case 'document':
      return part.source.type === 'parts' ? part.source.parts.flatMap(imagesIn) : [];
    case 'text':
    case 'searchResult':
    case 'toolCall':
      return [];
  }
}

/** @throws ChatError `badRequest` for a chat that exceeds a limit */
export function checkLimits({ messages, tools, stop, format }: ChatRequest): void {
  checkCount('messages', messages.length, MAX_MESSAGES);
  checkCount('tools', tools.length, MAX_TOOLS);
  checkSchemas(tools, format?.type === 'schema' ? format.schema : undefined);
  checkCount('stop sequences', stop.length, MAX_STOPS);
  const images = messages.flatMap(({ content }) => content.flatMap(imagesIn));
  checkCount('images', images.length, MAX_IMAGES);
  if (images.some(({ data }) => decodedBytes(data) > MAX_IMAGE_BYTES)) {
    throw new ChatError('badRequest', `An image is larger than ${MAX_IMAGE_BYTES / 1024 / 1024} MiB.`);
  }
}

function checkSchemas(tools: readonly ToolSpec[], answerSchema: JsonObject | undefined): void {
  const schemas = tools.map(({ parameters }) => parameters).concat(answerSchema ?? []);
  if (schemas.length === 0) return;
  const counts = schemas.map(countObjects);
  checkCount('objects in one schema', Math.max(...counts), MAX_OBJECTS_OF_SCHEMA);
  const objects = counts.reduce((sum, count) => sum + count, 0);
  checkCount('objects in the schemas of its tools and of the answer', objects, MAX_SCHEMA_OBJECTS);
  const characters = jsonText([tools, answerSchema ?? null]).length;
  checkCount('characters in its tools and the schema of the answer', characters, MAX_TOOL_CHARACTERS);
}

function countObjects(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = isJsonArray(value) ? 0 : 1;
  return Object.values(value).reduce<number>((sum, nested: Json) => sum + countObjects(nested), own);
}
