/** Content of messages: a string, or parts of text and images. */
import type { ImagePart, TextPart } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import type { Content } from '../../core/conversation.js';
import { isObject } from '../json/fields.js';
import { imageOf, readBase64 } from '../images.js';

function refused(message: string): ChatError {
  return new ChatError('badRequest', message);
}

const GO_TYPES: Readonly<Record<string, string>> = { number: 'float64', boolean: 'bool', string: 'string' };

/** Go's name for the type of a decoded value. */
export function goTypeOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  return GO_TYPES[typeof value] ?? 'map[string]interface {}';
}

/** Kinds that Claude can see, and no kind at all; the bytes decide in the end. */
const IMAGE_HEAD = /^data:(?:image\/(?:jpeg|jpg|png|webp|gif))?;base64$/i;

/**
 * The image of a data URL.
 * @throws ChatError `badRequest` in Ollama's words; in ours for bytes that are no image
 */
export function readImageUrl(url: string): ImagePart {
  if (/^https?:/i.test(url)) {
    throw refused('image URLs are not currently supported, please use base64 encoded data instead');
  }
  const comma = url.indexOf(',');
  if (comma < 0 || !IMAGE_HEAD.test(url.slice(0, comma))) throw refused('invalid image input');
  let data: string;
  try {
    data = readBase64(url.slice(comma + 1));
  } catch (cause) {
    throw new ChatError('badRequest', 'invalid image input', { cause });
  }
  return imageOf(data);
}

function requireString(value: Json | undefined): string {
  if (typeof value !== 'string') throw refused('invalid message format');
  return value;
}

/** Both families of routes name the same parts differently. */
function readPart(part: JsonObject): TextPart | ImagePart {
  const type = part['type'];
  switch (typeof type === 'string' ? type : '') {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: requireString(part['text']) };
    case 'refusal':
      return { type: 'text', text: requireString(part['refusal']) };
    case 'image_url':
    case 'input_image': {
      const image = part['image_url'];
      return readImageUrl(requireString(isObject(image) ? image['url'] : image));
    }
    case 'input_audio':
      throw refused('audio input is not supported: Claude takes text and images');
    case 'file':
    case 'input_file':
      throw refused('file inputs are not currently supported');
    default:
      throw refused('invalid message format');
  }
}

/**
 * The content of a message. Empty texts are left out.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function readContent(value: Json | undefined): Content {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  if (!Array.isArray(value)) throw refused(`invalid message content type: ${goTypeOf(value)}`);
  return value
    .map((part: Json) => {
      if (!isObject(part)) throw refused('invalid message format');
      return readPart(part);
    })
    .filter((part) => part.type === 'image' || part.text !== '');
}
