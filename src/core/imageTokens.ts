/** Estimates how many tokens an image costs, by its size in pixels. Pure. */
import type { ImagePart } from './chat.js';

/** Width and height in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Anthropic's rule (vision guide): one token for each 750 pixels, after the API has scaled the image down. */
const PIXELS_PER_TOKEN = 750;
const MAX_SIDE = 1568;
const MAX_TOKENS = 1600;
/** For an image whose size cannot be read. */
const UNREADABLE_TOKENS = 1500;
/** Characters of base64. The size stands in the first bytes; in a JPEG, after metadata such as a preview. */
const HEADER_CHARACTERS = 256 * 1024;

function pngSize(bytes: DataView): Size {
  return { width: bytes.getUint32(16), height: bytes.getUint32(20) };
}

function gifSize(bytes: DataView): Size {
  return { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) };
}

/** The frame header is the first segment with a marker from C0 to CF, but for C4, C8 and CC (ITU T.81, table B.1). */
function jpegSize(bytes: DataView): Size | undefined {
  let at = 2;
  while (at + 9 < bytes.byteLength) {
    const marker = bytes.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    at += 2 + Math.max(2, bytes.getUint16(at + 2));
  }
  return undefined;
}

/** The three forms of a WebP file (RFC 9649): lossy, lossless and extended. */
function webpSize(bytes: DataView): Size | undefined {
  const form = String.fromCharCode(...[12, 13, 14, 15].map((at) => bytes.getUint8(at)));
  const bits = (at: number): number => bytes.getUint16(at, true) & 0x3fff;
  if (form === 'VP8 ') return { width: bits(26), height: bits(28) };
  if (form === 'VP8L') {
    const packed = bytes.getUint32(21, true);
    return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
  }
  if (form !== 'VP8X') return undefined;
  const side = (at: number): number => (bytes.getUint32(at, true) & 0xffffff) + 1;
  return { width: side(24), height: (bytes.getUint32(26, true) >>> 8) + 1 };
}

const SIZE_OF = {
  'image/png': pngSize,
  'image/gif': gifSize,
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
};

function sizeOf({ mediaType, data }: Pick<ImagePart, 'mediaType' | 'data'>): Size | undefined {
  try {
    const header = atob(data.slice(0, HEADER_CHARACTERS));
    const bytes = Uint8Array.from(header, (character) => character.charCodeAt(0));
    const size = SIZE_OF[mediaType](new DataView(bytes.buffer));
    return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
  } catch {
    // The data ends within its header, or is no image.
    return undefined;
  }
}

/** The estimated number of tokens of an image. */
export function imageTokens(image: Pick<ImagePart, 'mediaType' | 'data'>): number {
  const size = sizeOf(image);
  if (size === undefined) return UNREADABLE_TOKENS;
  const scale = Math.min(1, MAX_SIDE / Math.max(size.width, size.height));
  const pixels = size.width * size.height * scale * scale;
  return Math.min(MAX_TOKENS, Math.ceil(pixels / PIXELS_PER_TOKEN));
}
