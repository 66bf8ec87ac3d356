/**
 * Blocks of a history that only Anthropic's servers make: calls of their tools and the results, and summaries. The CLI takes
 * none of them from outside, so the model reads them as marked text.
 */
import type { ContentPart } from '../../core/chat.js';
import type { Json, JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { wordOf } from '../requestLimits.js';
import { textOf } from './values.js';

/** Fields that are not for the model: only Anthropic's servers can read them, or they are about caching. */
const NOT_FOR_THE_MODEL = new Set([
  'encrypted_content',
  'encrypted_stdout',
  'encrypted_index',
  'signature',
  'cache_control',
  'caller',
  'citations',
]);

const RESULT_SUFFIX = '_tool_result';

function marked(text: string): ContentPart[] {
  return [{ type: 'text', text: `\n[${text}]\n` }];
}

/** Whether a value is an image or a document by value, which would be unreadable as text. */
function isBinary(value: JsonObject): boolean {
  if (value['type'] !== 'image' && value['type'] !== 'document') return false;
  return isObject(value['source']) && value['source']['type'] === 'base64';
}

/** The content of a result: text, and the images and documents in it. */
function readable(content: Json | undefined, readBlock: ReadBlock): { text: string; parts: ContentPart[] } {
  const parts: ContentPart[] = [];
  const clean = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((item: Json) => clean(item));
    if (!isObject(value)) return value;
    if (isBinary(value)) {
      parts.push(...readBlock(value));
      return { type: value['type'] ?? null, content: 'see below' };
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, field]) =>
        NOT_FOR_THE_MODEL.has(key) ? [] : [[key, clean(field)]],
      ),
    );
  };
  if (Array.isArray(content) && content.every((block: Json) => isObject(block) && block['type'] === 'text')) {
    return { text: content.map((block: JsonObject) => textOf(block['text'])).join('\n'), parts };
  }
  return { text: content === undefined ? '' : textOf(clean(content)), parts };
}

/** Reads a content block of any other type. @throws ChatError `badRequest` */
export type ReadBlock = (block: JsonObject) => ContentPart[];

/**
 * Reads a block that only Anthropic's servers make.
 * @returns `undefined` if the block is not of this kind
 * @throws ChatError `badRequest` as `readBlock`, for an image or a document in a result
 */
export function historyParts(block: JsonObject, readBlock: ReadBlock): ContentPart[] | undefined {
  const type = wordOf(block['type'], 'type');
  switch (type) {
    case 'server_tool_use':
      return marked(`Earlier call of the tool ${textOf(block['name'])} with ${textOf(block['input'])}`);
    case 'mcp_tool_use': {
      const tool = `${textOf(block['name'])} of the MCP server ${textOf(block['server_name'])}`;
      return marked(`Earlier call of the tool ${tool} with ${textOf(block['input'])}`);
    }
    case 'compaction': {
      const summary = textOf(block['content']);
      return summary === '' ? [] : marked(`Summary of the earlier conversation: ${summary}`);
    }
    case 'browser_state':
      return marked(`State of the browser: ${readable(block, readBlock).text}`);
    default: {
      if (!type.endsWith(RESULT_SUFFIX)) return undefined;
      const { text, parts } = readable(block['content'], readBlock);
      const failed = block['is_error'] === true ? ', which failed' : '';
      const tool = type.slice(0, -RESULT_SUFFIX.length);
      return [...marked(`Result of the earlier call of the tool ${tool}${failed}: ${text}`), ...parts];
    }
  }
}
