/** Document blocks of `/v1/messages`: PDFs and texts by value. */
import type { ContentPart, DocumentPart, ImagePart, TextPart } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { base64Of, blocksOf, stringOf, textOf, textParts } from './values.js';

/** Media types whose bytes are text. */
const TEXT_TYPE = /^(text\/|application\/(json|xml|yaml|x-yaml|javascript)\b)/;

function decodeText(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('The text of a document is not valid UTF-8. Send it in UTF-8.');
  }
}

function base64Source(source: JsonObject): DocumentPart['source'] {
  const mediaType = stringOf(source['media_type']).toLowerCase();
  if (mediaType === 'application/pdf') return { type: 'pdf', data: base64Of(source, 'document') };
  if (TEXT_TYPE.test(mediaType)) return { type: 'text', text: decodeText(base64Of(source, 'document')) };
  throw badRequest(
    `document blocks with the media type ${JSON.stringify(mediaType)} are not supported: ` +
      'Claude reads application/pdf and text types.',
  );
}

/** @param readImage reads an image block */
function chunksOf(source: JsonObject, readImage: (block: JsonObject) => ImagePart): (TextPart | ImagePart)[] {
  const { content } = source;
  if (!Array.isArray(content)) return textParts(content);
  return blocksOf(content).flatMap((block): (TextPart | ImagePart)[] => {
    const type = stringOf(block['type']);
    if (type === 'text') return textParts(block['text']);
    if (type === 'image') return [readImage(block)];
    throw badRequest(`a document cannot contain a block of the type ${JSON.stringify(type)}`);
  });
}

function sourceOf(block: JsonObject, readImage: (block: JsonObject) => ImagePart): DocumentPart['source'] {
  const { source } = block;
  if (!isObject(source)) throw badRequest('invalid document source');
  const type = stringOf(source['type']);
  switch (type) {
    case 'text':
      return { type, text: textOf(source['data']) };
    case 'content':
      return { type: 'parts', parts: chunksOf(source, readImage) };
    case 'base64':
      return base64Source(source);
    default:
      throw badRequest(
        `document blocks with a source of the type ${JSON.stringify(type)} are not supported: ` +
          'this server stores no files and fetches no addresses. Send the content itself as base64, text or content.',
      );
  }
}

function isEmpty(source: DocumentPart['source']): boolean {
  if (source.type === 'parts') {
    return source.parts.every((part) => part.type === 'text' && part.text.trim() === '');
  }
  return (source.type === 'pdf' ? source.data : source.text).trim() === '';
}

/**
 * Reads a document with its title and context. The API refuses empty documents, so these become text that says so.
 * Whether the model should cite the document (`citations`) is ignored: the CLI reports no citations.
 * @param readImage reads an image block, which may be a chunk of the document
 * @throws ChatError `badRequest` for a source that is not by value, or that Claude does not read
 */
export function documentPart(block: JsonObject, readImage: (block: JsonObject) => ImagePart): ContentPart {
  const source = sourceOf(block, readImage);
  const title = textOf(block['title']);
  const context = textOf(block['context']);
  if (isEmpty(source)) {
    const about = [title, context].filter((text) => text !== '').join('\n');
    return { type: 'text', text: `[An empty document]${about === '' ? '' : `\n${about}`}` };
  }
  return {
    type: 'document',
    source,
    ...(title === '' ? {} : { title }),
    ...(context === '' ? {} : { context }),
  };
}
