/** Images as clients send them: base64 without a reliable media type. */
import type { ImageMediaType, ImagePart } from '../core/chat.js';
import { badRequest } from '../core/errors.js';

const ALPHABET = /[A-Za-z0-9+/]/;
const VALID_UNBROKEN = /^[A-Za-z0-9+/]*={0,2}$/;
/** Enough base64 for the longest signature below: 12 bytes. */
const SIGNATURE_CHARACTERS = 16;

/**
 * The index at which Go's `base64.StdEncoding` reports corrupt input, or `undefined` for valid input. Line breaks are
 * skipped but count as input.
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
 * Checks standard base64 with padding, and removes its line breaks.
 * @throws ChatError `badRequest` with Go's message
 */
export function readBase64(text: string): string {
  if (text.length % 4 === 0 && VALID_UNBROKEN.test(text)) return text;
  const corrupt = corruptAt(text);
  if (corrupt !== undefined) throw badRequest(`illegal base64 data at input byte ${corrupt}`);
  return text.replace(/[\r\n]/g, '');
}

/** Detects the media type from the first bytes; `undefined` for a format that Claude does not accept. */
function mediaTypeOf(base64: string): ImageMediaType | undefined {
  const bytes = atob(base64.slice(0, SIGNATURE_CHARACTERS));
  if (bytes.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (bytes.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (bytes.startsWith('GIF87a') || bytes.startsWith('GIF89a')) return 'image/gif';
  if (bytes.startsWith('RIFF') && bytes.slice(8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

/**
 * The image with its detected media type.
 * @param data valid base64
 * @throws ChatError `badRequest` for a format that Claude does not accept
 */
export function imageOf(data: string): ImagePart {
  const mediaType = mediaTypeOf(data);
  if (mediaType === undefined) {
    throw badRequest('The format of an image is not supported: Claude accepts PNG, JPEG, GIF and WebP.');
  }
  return { type: 'image', mediaType, data };
}
