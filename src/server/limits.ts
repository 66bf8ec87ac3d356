/** Bounds on what one chat may hold, whatever the dialect it came in. The bound on its bytes is with its body. */
import type { ChatRequest } from '../core/chat.js';
import { ChatError } from '../core/errors.js';

/** Long sessions of agents have some thousands. */
export const MOST_MESSAGES = 10_000;
export const MOST_TOOLS = 512;
export const MOST_IMAGES = 100;
/** Decoded. The API itself takes less. */
export const MOST_IMAGE_BYTES = 10 * 1024 * 1024;
export const MOST_STOPS = 64;

const BYTES_PER_QUANTUM = 3;
const QUANTUM = 4;

function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / QUANTUM) * BYTES_PER_QUANTUM - padding;
}

function refuseMore(what: string, count: number, most: number): void {
  if (count > most)
    throw new ChatError('badRequest', `The request has ${count} ${what}; ${most} are the most.`);
}

/** @throws ChatError `badRequest` for a chat that holds more than anybody needs */
export function checkLimits({ messages, tools, stop }: ChatRequest): void {
  refuseMore('messages', messages.length, MOST_MESSAGES);
  refuseMore('tools', tools.length, MOST_TOOLS);
  refuseMore('stop sequences', stop.length, MOST_STOPS);
  const images = messages.flatMap(({ content }) => content.filter((part) => part.type === 'image'));
  refuseMore('images', images.length, MOST_IMAGES);
  if (images.some(({ data }) => decodedBytes(data) > MOST_IMAGE_BYTES)) {
    throw new ChatError('badRequest', `An image has more than ${MOST_IMAGE_BYTES / 1024 / 1024} MiB.`);
  }
}
