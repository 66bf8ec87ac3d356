/** Document blocks of `/v1/messages`: PDFs and texts by value. */
import type { ContentPart, DocumentPart, ImagePart, TextPart } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import { fileContent } from '../../core/fileContent.js';
import type { JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { wordOf } from '../requestLimits.js';
import { base64Of, blocksOf, textOf, textParts } from './values.js';

type ReadImage = (block: JsonObject) => ImagePart;

function chunksOf({ content }: JsonObject, readImage: ReadImage): (TextPart | ImagePart)[] {
  if (!Array.isArray(content)) return textParts(content);
  const chunks = blocksOf(content).flatMap((block): (TextPart | ImagePart)[] => {
    const type = wordOf(block['type'], 'type');
    if (type === 'text') return textParts(block['text']);
    if (type === 'image') return [readImage(block)];
    throw badRequest(`a document cannot contain a block of the type ${JSON.stringify(type)}`);
  });
  return chunks.filter((part) => part.type === 'image' || part.text.trim() !== '');
}

/** @returns `undefined` for an empty document, which the API refuses */
function documentOf(source: DocumentPart['source']): ContentPart | undefined {
  const isEmpty =
    source.type === 'parts' ? source.parts.length === 0 : source.type === 'text' && source.text.trim() === '';
  return isEmpty ? undefined : { type: 'document', source };
}

function contentOf(block: JsonObject, readImage: ReadImage): ContentPart | undefined {
  const { source } = block;
  if (!isObject(source)) throw badRequest('invalid document source');
  const type = wordOf(source['type'], 'type');
  switch (type) {
    case 'text':
      return documentOf({ type, text: textOf(source['data']) });
    case 'content':
      return documentOf({ type: 'parts', parts: chunksOf(source, readImage) });
    case 'base64':
      return fileContent({
        name: textOf(block['title']),
        mediaType: wordOf(source['media_type'], 'media_type'),
        data: base64Of(source, 'document'),
      });
    default:
      throw badRequest(
        `document blocks with a source of the type ${JSON.stringify(type)} are not supported: ` +
          'this server stores no files and fetches no addresses. Send the content itself as base64, text or content.',
      );
  }
}

/**
 * Reads a document with its title and context; these are text if the content is no document. Whether the model should cite the
 * document (`citations`) is ignored: the CLI reports no citations.
 * @param readImage reads an image block, which may be a chunk of the document
 * @throws ChatError `badRequest` for a source that is not by value, or that Claude cannot read
 */
export function documentParts(block: JsonObject, readImage: ReadImage): ContentPart[] {
  const content = contentOf(block, readImage);
  const title = textOf(block['title']);
  const context = textOf(block['context']);
  if (content?.type === 'document') {
    const about = { ...(title === '' ? {} : { title }), ...(context === '' ? {} : { context }) };
    return [{ ...content, ...about }];
  }
  const heading = content === undefined ? '[An empty document]' : '';
  const lines = [heading, title, context].filter((line) => line !== '');
  return [...textParts(lines.join('\n')), ...(content === undefined ? [] : [content])];
}
