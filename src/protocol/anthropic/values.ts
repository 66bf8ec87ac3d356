/** Reads values inside content blocks. Ollama does not check their types, so a value of another type must not be lost. */
import type { TextPart } from '../../core/chat.js';
import { badRequest, ChatError } from '../../core/errors.js';
import { type Json, type JsonObject, jsonText } from '../../core/json.js';
import { readBase64, withoutDataUrl } from '../images.js';
import { isObject } from '../json/fields.js';
import { goTypeOf } from '../json/goType.js';

/** The blocks of a list. @throws ChatError `badRequest` with Ollama's message */
export function blocksOf(content: Json | undefined): JsonObject[] {
  if (!Array.isArray(content)) throw badRequest(`invalid message content type: ${goTypeOf(content)}`);
  return content.map((block: Json) => {
    if (!isObject(block)) throw badRequest('invalid content block format');
    return block;
  });
}

/** The string, or the empty string for any other value. For names and types, which have no other form. */
export function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A value as text for the model: a string as it is, nothing for null, everything else as JSON. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : jsonText(value);
}

/** Text as a part. Empty text makes no part. */
export function textParts(value: Json | undefined): TextPart[] {
  const text = textOf(value);
  return text === '' ? [] : [{ type: 'text', text }];
}

/**
 * The base64 of a source, which may be a data URL.
 * @param what names the content in the error
 * @throws ChatError `badRequest` with Ollama's message
 */
export function base64Of(source: JsonObject, what: 'image' | 'document'): string {
  try {
    return readBase64(withoutDataUrl(stringOf(source['data'])));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw new ChatError('badRequest', `invalid base64 ${what} data: ${reason}`, { cause });
  }
}
