/** Limits on the contents of a chat, the same for every API. The limit on its bytes is in `body.ts`. */
import type { ChatMessage, ChatRequest, ImagePart } from '../core/chat.js';
import { ChatError } from '../core/errors.js';

/** Long agent sessions have a few thousand. */
export const MAX_MESSAGES = 10_000;
export const MAX_TOOLS = 512;
export const MAX_IMAGES = 100;
/** After decoding. The Anthropic API accepts less. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
export const MAX_STOPS = 64;

const BASE64_BYTES_PER_GROUP = 3;
const BASE64_CHARACTERS_PER_GROUP = 4;

function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / BASE64_CHARACTERS_PER_GROUP) * BASE64_BYTES_PER_GROUP - padding;
}

function checkCount(what: string, count: number, max: number): void {
  if (count > max)
    throw new ChatError('badRequest', `The request has ${count} ${what}; the maximum is ${max}.`);
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
export function checkLimits({ messages, tools, stop }: ChatRequest): void {
  checkCount('messages', messages.length, MAX_MESSAGES);
  checkCount('tools', tools.length, MAX_TOOLS);
  checkCount('stop sequences', stop.length, MAX_STOPS);
  const images = messages.flatMap(({ content }) => content.flatMap(imagesIn));
  checkCount('images', images.length, MAX_IMAGES);
  if (images.some(({ data }) => decodedBytes(data) > MAX_IMAGE_BYTES)) {
    throw new ChatError('badRequest', `An image is larger than ${MAX_IMAGE_BYTES / 1024 / 1024} MiB.`);
  }
}
