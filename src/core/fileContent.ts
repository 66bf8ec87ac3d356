/** Files that clients attach. What they hold is detected from their bytes, because clients send odd media types. Pure. */
import type { ContentPart, ImageMediaType } from './chat.js';
import { badRequest } from './errors.js';

/** Enough base64 for the longest signature below: 12 bytes. */
const SIGNATURE_CHARACTERS = 16;

/** Detects an image from its first bytes; `undefined` for a format that Claude does not accept. */
export function imageTypeOf(base64: string): ImageMediaType | undefined {
  const bytes = atob(base64.slice(0, SIGNATURE_CHARACTERS));
  if (bytes.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (bytes.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (bytes.startsWith('GIF87a') || bytes.startsWith('GIF89a')) return 'image/gif';
  if (bytes.startsWith('RIFF') && bytes.slice(8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

/** A file by value. */
export interface AttachedFile {
  /** Empty if it is not known. */
  readonly name: string;
  /** With or without parameters; empty if it is not known. */
  readonly mediaType: string;
  /** Standard base64 with padding. */
  readonly data: string;
}

/** The encoding that a media type or the first bytes tell; UTF-8 otherwise. */
function encodingOf(mediaType: string, bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return /;\s*charset="?([^\s";]+)/i.exec(mediaType)?.[1] ?? 'utf-8';
}

/** The text of a file; `undefined` if it is not text. */
function textOf(mediaType: string, bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder(encodingOf(mediaType, bytes), { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * The content of a file: a document for PDF and text, or an image.
 * @throws ChatError `badRequest` for a file that Claude cannot read
 */
export function fileContent({ name, mediaType, data }: AttachedFile): ContentPart {
  const title = name === '' ? {} : { title: name };
  if (atob(data.slice(0, SIGNATURE_CHARACTERS)).startsWith('%PDF-')) {
    return { type: 'document', source: { type: 'pdf', data }, ...title };
  }
  const imageType = imageTypeOf(data);
  if (imageType !== undefined) return { type: 'image', mediaType: imageType, data };
  const text = textOf(mediaType, Buffer.from(data, 'base64'));
  const shownName = name === '' ? 'A file' : `The file ${JSON.stringify(name)}`;
  if (text === undefined || /^(?:audio|video)\//i.test(mediaType)) {
    const type = mediaType === '' ? '' : ` (${mediaType})`;
    throw badRequest(
      `${shownName}${type} cannot be sent to Claude, which reads PDF, text, and PNG, JPEG, GIF and WebP images. Convert it to one of these.`,
    );
  }
  // The API refuses a document without text.
  if (text.trim() === '') return { type: 'text', text: `${shownName} is empty.` };
  return { type: 'document', source: { type: 'text', text }, ...title };
}
