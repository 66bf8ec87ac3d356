/** Images as clients send them: base64 without a word on what is inside. Pure. */
import type { ImageMediaType, ImagePart } from '../core/chat.js';
import { ChatError } from '../core/errors.js';

const ALPHABET = /[A-Za-z0-9+/]/;
const WHOLE = /^[A-Za-z0-9+/]*={0,2}$/;
/** Enough base64 for the longest signature below: 12 bytes. */
const HEAD_CHARACTERS = 16;

/**
 * Where Go's standard base64 decoder stops, or `undefined` when it does not. Line breaks count but do not matter.
 */
function corruptAt(text: string): number | undefined {
  const skipBreaks = (from: number): number => {
    let index = from;
    while (text[index] === '\n' || text[index] === '\r') index += 1;
    return index;
  };
  let inQuantum = 0;
  for (let index = skipBreaks(0); index < text.length; index = skipBreaks(index + 1)) {
    const char = text[index]!;
    if (ALPHABET.test(char)) {
      inQuantum = (inQuantum + 1) % 4;
      continue;
    }
    if (char !== '=' || inQuantum < 2) return index;
    let end = index;
    if (inQuantum === 2) {
      end = skipBreaks(index + 1);
      if (end >= text.length) return text.length;
      if (text[end] !== '=') return end;
    }
    const after = skipBreaks(end + 1);
    return after < text.length ? after : undefined;
  }
  return inQuantum === 0 ? undefined : text.length - inQuantum;
}

/**
 * Standard base64 with padding, free of line breaks.
 * @throws ChatError `badRequest` in Go's words
 */
export function readBase64(text: string): string {
  if (text.length % 4 === 0 && WHOLE.test(text)) return text;
  const corrupt = corruptAt(text);
  if (corrupt !== undefined) {
    throw new ChatError('badRequest', `illegal base64 data at input byte ${corrupt}`);
  }
  return text.replace(/[\r\n]/g, '');
}

/** What the first bytes say, or `undefined` for none of the four kinds that Claude can see. */
function mediaTypeOf(base64: string): ImageMediaType | undefined {
  const bytes = atob(base64.slice(0, HEAD_CHARACTERS));
  if (bytes.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (bytes.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (bytes.startsWith('GIF87a') || bytes.startsWith('GIF89a')) return 'image/gif';
  if (bytes.startsWith('RIFF') && bytes.slice(8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

/**
 * The image in valid base64.
 * @throws ChatError `badRequest` when it is none of the four kinds
 */
export function imageOf(data: string): ImagePart {
  const mediaType = mediaTypeOf(data);
  if (mediaType === undefined) {
    throw new ChatError(
      'badRequest',
      'An image is none of PNG, JPEG, GIF and WebP, which are what Claude can see.',
    );
  }
  return { type: 'image', mediaType, data };
}
