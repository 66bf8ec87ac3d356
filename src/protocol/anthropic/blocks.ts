/** Content blocks of `/v1/messages`: what stands in a user message, in an answer or in the result of a tool. */
import type { ContentPart, ImagePart } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { imageOf } from '../images.js';
import { isObject } from '../json/fields.js';
import { wordOf } from '../requestLimits.js';
import { documentParts } from './documents.js';
import { historyParts } from './historyText.js';
import { base64Of, blocksOf, textOf, textParts } from './values.js';

/**
 * Blocks without anything for the model that it could take: the CLI accepts no thinking from outside, `fallback` marks where
 * another model continued, and `mcp_tool_listing` caches the tools of a server that Anthropic connects to.
 */
const LEFT_OUT = new Set(['thinking', 'redacted_thinking', 'fallback', 'mcp_tool_listing']);

function imagePart(block: JsonObject): ImagePart {
  const { source } = block;
  if (!isObject(source)) throw badRequest('invalid image source');
  const type = wordOf(source['type'], 'type');
  if (type !== 'base64') {
    throw badRequest(`invalid image source type: ${type}. Only base64 images are supported.`);
  }
  return imageOf(base64Of(source, 'image'));
}

/** The API refuses a search result without text, so its source and title then become text. */
function searchResultPart(block: JsonObject): ContentPart {
  const source = textOf(block['source']);
  const title = textOf(block['title']);
  const content = Array.isArray(block['content'])
    ? blocksOf(block['content']).flatMap((part) => {
        const type = wordOf(part['type'], 'type');
        if (type === 'text') return textParts(part['text']);
        throw badRequest(`a search_result cannot contain a block of the type ${JSON.stringify(type)}`);
      })
    : textParts(block['content']);
  const texts = content.filter(({ text }) => text.trim() !== '');
  if (source !== '' && title !== '' && texts.length > 0) {
    return { type: 'searchResult', source, title, content: texts };
  }
  const lines = [`[Search result]`, title, source, ...texts.map(({ text }) => text)];
  return { type: 'text', text: lines.filter((line) => line !== '').join('\n') };
}

/**
 * Translates a block that is neither a call nor a result of a client's tool.
 * @throws ChatError `badRequest` for a block of an unknown type, or with content that Claude cannot read
 */
export function contentParts(block: JsonObject): ContentPart[] {
  const type = wordOf(block['type'], 'type');
  if (LEFT_OUT.has(type)) return [];
  switch (type) {
    case 'text':
      return textParts(block['text']);
    case 'image':
      return [imagePart(block)];
    case 'document':
      return documentParts(block, imagePart);
    case 'search_result':
      return [searchResultPart(block)];
    case 'tool_reference':
      return [{ type: 'text', text: `The tool ${textOf(block['tool_name'])} is available now.` }];
  }
  const parts = historyParts(block, contentParts);
  if (parts !== undefined) return parts;
  throw badRequest(
    `content blocks of the type ${JSON.stringify(type)} are not supported. Send text, images, documents or search results.`,
  );
}

/**
 * The content of a tool's result: text, or blocks. A single block and any other JSON are accepted too.
 * @throws ChatError `badRequest` as `contentParts`
 */
export function resultParts(content: Json | undefined): ContentPart[] {
  if (Array.isArray(content)) return blocksOf(content).flatMap(contentParts);
  if (isObject(content) && typeof content['type'] === 'string') return contentParts(content);
  return textParts(content);
}
