/** Files in the input: PDF and text, which Claude reads, and images. */
import type { ContentPart } from '../../../core/chat.js';
import { badRequest, ChatError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json.js';
import { imageOf, readBase64 } from '../../images.js';

/** The beginning of a data URL (RFC 2397) with base64 data. */
const DATA_URL = /^data:([^,;]*)(?:;[^,;]*)*;base64,/i;
/** `%PDF-` in base64. The last character is cut, because it also contains bits of what follows. */
const PDF_SIGNATURE = 'JVBERi';
/** Text does not contain control characters other than white space, and the escape character of terminals. */
const CONTROL = /[\u0000-\u0007\u000e-\u001a\u001c-\u001f]/;

/** The text that the bytes are in UTF-8; `undefined` for other data. */
function textOf(base64: string): string | undefined {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Reads a file. The data decides what it is, because clients send wrong and missing media types.
 * @param file has `file_data`: base64 or a data URL
 * @param at where the file is in the request, for error messages
 * @throws ChatError `badRequest` for a file that is not contained in the request, or that Claude cannot read
 */
export function readInputFile(file: JsonObject, at: string): ContentPart {
  const { file_data: sent, filename, file_id: id, file_url: url } = file;
  if (typeof sent !== 'string' || sent === '') {
    const field = typeof id === 'string' ? 'file_id' : typeof url === 'string' ? 'file_url' : undefined;
    throw badRequest(
      field === undefined
        ? `${at}: file_data is missing`
        : `${at}: ${field} is not supported, because this server neither stores nor fetches files. Send the content as base64 in file_data.`,
    );
  }
  const data = readData(sent, at);
  const title: { title?: string } =
    typeof filename === 'string' && filename !== '' ? { title: filename } : {};
  if (data.startsWith(PDF_SIGNATURE)) return { type: 'document', source: { type: 'pdf', data }, ...title };
  if (/^data:image\//i.test(sent)) return imageOf(data);
  const text = textOf(data);
  if (text === undefined) {
    throw badRequest(
      `${at}: the format of the file is not supported: Claude reads PDF, text in UTF-8 and images.`,
    );
  }
  // The API refuses an empty document.
  if (text.trim() === '')
    return { type: 'text', text: `The file ${JSON.stringify(title.title ?? '')} is empty.` };
  return { type: 'document', source: { type: 'text', text }, ...title };
}

function readData(sent: string, at: string): string {
  const invalid = (cause?: unknown): ChatError =>
    new ChatError('badRequest', `${at}: file_data must be base64, or a data URL with base64`, { cause });
  const header = DATA_URL.exec(sent)?.[0];
  if (header === undefined && /^data:/i.test(sent)) throw invalid();
  try {
    return readBase64(sent.slice(header?.length ?? 0));
  } catch (cause) {
    throw invalid(cause);
  }
}
