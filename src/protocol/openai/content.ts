/** The content of a message: a string, or a list of text and image parts. */
import type { ImagePart, TextPart } from '../../core/chat.js';
import type { Content } from '../../core/conversation.js';
import { badRequest, ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { imageOf, readBase64 } from '../images.js';
import { isObject } from '../json/fields.js';
import { goTypeOf } from '../json/goType.js';

/** The media types that Claude accepts, or none. The media type is detected from the image itself. */
const IMAGE_URL_PREFIX = /^data:(?:image\/(?:jpeg|jpg|png|webp|gif))?;base64$/i;

/**
 * The image of a data URL (RFC 2397).
 * @throws ChatError `badRequest`, with Ollama's message except for an image in a format that Claude does not accept
 */
export function readImageUrl(url: string): ImagePart {
  if (/^https?:/i.test(url)) {
    throw badRequest('image URLs are not currently supported, please use base64 encoded data instead');
  }
  const comma = url.indexOf(',');
  if (comma < 0 || !IMAGE_URL_PREFIX.test(url.slice(0, comma))) throw badRequest('invalid image input');
  let data: string;
  try {
    data = readBase64(url.slice(comma + 1));
  } catch (cause) {
    throw new ChatError('badRequest', 'invalid image input', { cause });
  }
  return imageOf(data);
}

function requireString(value: Json | undefined): string {
  if (typeof value !== 'string') throw badRequest('invalid message format');
  return value;
}

/** Chat completions and responses have the same parts with different type names. */
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
      throw badRequest('audio input is not supported: Claude takes text and images');
    case 'file':
    case 'input_file':
      throw badRequest('file inputs are not currently supported');
    default:
      throw badRequest('invalid message format');
  }
}

/**
 * The content of a message. Empty texts are left out.
 * @throws ChatError `badRequest`, mostly with Ollama's message
 */
export function readContent(value: Json | undefined): Content {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  if (!Array.isArray(value)) throw badRequest(`invalid message content type: ${goTypeOf(value)}`);
  return value
    .map((part: Json) => {
      if (!isObject(part)) throw badRequest('invalid message format');
      return readPart(part);
    })
    .filter((part) => part.type === 'image' || part.text !== '');
}
