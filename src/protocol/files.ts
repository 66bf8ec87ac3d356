/** Files in OpenAI's form: by value as a data URL (RFC 2397) or as base64. */
import type { ContentPart } from '../core/chat.js';
import { badRequest } from '../core/errors.js';
import { fileContent } from '../core/fileContent.js';
import type { Json, JsonObject } from '../core/json.js';
import { readBase64 } from './images.js';
import { wordOf } from './requestLimits.js';

function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The base64 of a data URL's data, which may also be percent-encoded. */
function dataOf(text: string, isBase64: boolean): string {
  return isBase64 ? readBase64(text) : Buffer.from(decodeURIComponent(text)).toString('base64');
}

/**
 * The content of a file part.
 * @param part its fields `filename`, `file_data`, `file_id`, `file_url`
 * @throws ChatError `badRequest` for a file that is not sent by value, or that Claude cannot read
 */
export function readFilePart(part: JsonObject): ContentPart {
  const name = wordOf(part['filename'], 'filename');
  const data = stringOf(part['file_data']);
  if (data === '') {
    const field = ['file_id', 'file_url'].find((candidate) => wordOf(part[candidate], candidate) !== '');
    if (field === undefined) throw badRequest('file inputs are not currently supported');
    throw badRequest(
      `${field} ${JSON.stringify(part[field])} is not supported: this server fetches no files. Send the content of the file as file_data.`,
    );
  }
  const shownName = name === '' ? 'a file' : `the file ${JSON.stringify(name)}`;
  const comma = data.indexOf(',');
  const isUrl = comma >= 0 && /^data:/i.test(data);
  const header = wordOf(data.slice('data:'.length, isUrl ? comma : 0), 'file_data');
  const type = isUrl ? header.replace(/;base64$/i, '') : wordOf(part['media_type'], 'media_type');
  let content: string;
  try {
    content = isUrl ? dataOf(data.slice(comma + 1), type !== header) : readBase64(data);
  } catch {
    throw badRequest(`file_data of ${shownName} is neither base64 nor a data URL`);
  }
  return fileContent({ name, mediaType: type, data: content });
}
