/** Images as clients send them: base64 without a reliable media type. */
import type { ImagePart } from '../core/chat.js';
import { badRequest, ChatError } from '../core/errors.js';
import { imageTypeOf } from '../core/fileContent.js';

const ALPHABET = /[A-Za-z0-9+/]*/y;
const ALPHABET_AND_BREAKS = /[A-Za-z0-9+/\r\n]*/y;
const BREAKS = /[\r\n]*/y;
/** The beginning of a data URL with base64 (RFC 2397). The media type is detected from the image itself. */
const DATA_URL_PREFIX = /^data:[^,]*;base64$/i;
/** The data URLs that Ollama accepts. */
const IMAGE_URL = /^data:(?:image\/(?:jpeg|jpg|png|webp|gif))?;base64,/i;

/** The index at which a run of characters ends. @param run a sticky expression that also matches no character */
function endOfRun(run: RegExp, text: string, start: number): number {
  run.lastIndex = start;
  run.test(text);
  return run.lastIndex;
}

/**
 * How many characters follow the last whole group of four, line breaks not counted. The engine's decoder counts them: a regular
 * expression takes seconds for a text with a line break after each character.
 * @param text letters of the alphabet and line breaks
 */
function restOf(text: string): number {
  const bytes = Buffer.from(text, 'base64').length;
  if (bytes % 3 !== 0) return (bytes % 3) + 1;
  // One character alone makes no byte, but completes a group with three more.
  return Buffer.from(`${text}AAA`, 'base64').length - bytes === 3 ? 1 : 0;
}

/**
 * The index at which Go's `base64.StdEncoding` reports corrupt input, or `undefined` for valid input. Line breaks are
 * skipped but count as input.
 * @param firstRun how many letters of the alphabet the text begins with
 */
function corruptAt(text: string, firstRun: number): number | undefined {
  const index = endOfRun(ALPHABET_AND_BREAKS, text, firstRun);
  const inQuantum = index === firstRun ? index % 4 : restOf(text.slice(0, index));
  if (index >= text.length) return inQuantum === 0 ? undefined : text.length - inQuantum;
  if (text[index] !== '=' || inQuantum < 2) return index;
  let end = index;
  if (inQuantum === 2) {
    end = endOfRun(BREAKS, text, index + 1);
    if (end >= text.length) return text.length;
    if (text[end] !== '=') return end;
  }
  const after = endOfRun(BREAKS, text, end + 1);
  return after < text.length ? after : undefined;
}

/**
 * Checks standard base64 with padding, and removes its line breaks.
 * @throws ChatError `badRequest` with Go's message
 */
export function readBase64(text: string): string {
  const firstRun = endOfRun(ALPHABET, text, 0);
  const padding = text.length - firstRun;
  if (text.length % 4 === 0 && padding <= 2 && '=='.startsWith(text.slice(firstRun))) return text;
  const corrupt = corruptAt(text, firstRun);
  if (corrupt !== undefined) throw badRequest(`illegal base64 data at input byte ${corrupt}`);
  return Buffer.from(text, 'base64').toString('base64');
}

/**
 * The image with its detected media type.
 * @param data valid base64
 * @throws ChatError `badRequest` for a format that Claude does not accept
 */
export function imageOf(data: string): ImagePart {
  const mediaType = imageTypeOf(data);
  if (mediaType === undefined) {
    throw badRequest('The format of an image is not supported: Claude accepts PNG, JPEG, GIF and WebP.');
  }
  return { type: 'image', mediaType, data };
}

/** More than the media type of a real data URL has. */
const MAX_PREFIX_CHARACTERS = 1_000;

/** The base64 of a data URL; other text unchanged. */
export function withoutDataUrl(text: string): string {
  const comma = text.startsWith('data:') ? text.indexOf(',') : -1;
  if (comma < 0 || comma > MAX_PREFIX_CHARACTERS) return text;
  return DATA_URL_PREFIX.test(text.slice(0, comma)) ? text.slice(comma + 1) : text;
}

/**
 * The image of a data URL, or of base64 alone.
 * @throws ChatError `badRequest`, with Ollama's message except for an image in a format that Claude does not accept
 */
export function readImageUrl(url: string): ImagePart {
  if (/^https?:/i.test(url)) {
    throw badRequest('image URLs are not currently supported, please use base64 encoded data instead');
  }
  let data: string;
  try {
    data = readBase64(withoutDataUrl(url));
  } catch (cause) {
    throw new ChatError('badRequest', 'invalid image input', { cause });
  }
  if (imageTypeOf(data) === undefined && !IMAGE_URL.test(url)) throw badRequest('invalid image input');
  return imageOf(data);
}
