/** Anthropic's content blocks, message by message, in the vocabulary of the core. */
import type {
  AssistantMessage,
  ChatMessage,
  ImagePart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserMessage,
} from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { imageOf, readBase64 } from '../images.js';

type UserPart = UserMessage['content'][number];
type AssistantPart = AssistantMessage['content'][number];

function refused(message: string): ChatError {
  return new ChatError('badRequest', message);
}

/** Go's name for the type of what should be a string or blocks. */
function goType(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'number') return 'float64';
  return typeof value === 'boolean' ? 'bool' : 'map[string]interface {}';
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The blocks of a content that is no string. @throws ChatError `badRequest` in Ollama's words */
function blocksOf(content: Json | undefined): JsonObject[] {
  if (!isList(content)) throw refused(`invalid message content type: ${goType(content)}`);
  return content.map((block) => {
    if (!isObject(block)) throw refused('invalid content block format');
    return block;
  });
}

function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textParts(text: string): TextPart[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function image(block: JsonObject): ImagePart {
  const { source } = block;
  if (!isObject(source)) throw refused('invalid image source');
  const type = stringOf(source['type']);
  if (type !== 'base64') {
    throw refused(`invalid image source type: ${type}. Only base64 images are supported.`);
  }
  const text = stringOf(source['data']);
  let data: string;
  try {
    data = readBase64(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    throw new ChatError('badRequest', `invalid base64 image data: ${why}`, { cause });
  }
  return imageOf(data);
}

/** A result and the images in it, which the core has beside it. */
function toolResult(block: JsonObject): UserPart[] {
  const { content } = block;
  const inner =
    typeof content === 'string' || content === undefined || content === null ? [] : blocksOf(content);
  const texts = inner.map((part) => (part['type'] === 'text' ? stringOf(part['text']) : ''));
  const result: ToolResultPart = {
    type: 'toolResult',
    callId: stringOf(block['tool_use_id']),
    content: typeof content === 'string' ? content : texts.join(''),
    isError: block['is_error'] === true,
  };
  return [result, ...inner.filter((part) => part['type'] === 'image').map(image)];
}

/** A document by value; its text is text, and the rest is none that the CLI takes. */
function document(block: JsonObject): TextPart[] {
  const { source } = block;
  if (isObject(source) && source['type'] === 'text') return textParts(stringOf(source['data']));
  throw refused('document blocks are only supported with a source of type text');
}

/** Blocks that nobody knows are left out. */
function userParts(block: JsonObject): UserPart[] {
  switch (stringOf(block['type'])) {
    case 'text':
      return textParts(stringOf(block['text']));
    case 'image':
      return [image(block)];
    case 'tool_result':
      return toolResult(block);
    case 'document':
      return document(block);
    default:
      return [];
  }
}

function toolUse(block: JsonObject): ToolCallPart {
  const { id, name, input } = block;
  if (typeof id !== 'string') throw refused("tool_use block missing required 'id' field");
  if (typeof name !== 'string') throw refused("tool_use block missing required 'name' field");
  return { type: 'toolCall', call: { id, name, arguments: isObject(input) ? input : {} } };
}

/** Thinking is left out: the CLI keeps its own, and takes nobody else's. */
function assistantParts(block: JsonObject): AssistantPart[] {
  switch (stringOf(block['type'])) {
    case 'text':
      return textParts(stringOf(block['text']));
    case 'tool_use':
      return [toolUse(block)];
    default:
      return [];
  }
}

/**
 * The system prompt: a string, or text blocks, which are joined as they are.
 */
export function readSystem(system: Json | undefined): string {
  if (typeof system === 'string') return system;
  if (!isList(system)) return '';
  return system
    .map((block) => (isObject(block) && block['type'] === 'text' ? stringOf(block['text']) : ''))
    .join('');
}

/** One message, with Go's types checked. */
export interface WireMessage {
  /** In lower case; may be anything. */
  readonly role: string;
  readonly content: Json | undefined;
}

/** The system prompt and the turns of a conversation. */
export interface Conversation {
  readonly system: string;
  readonly messages: readonly ChatMessage[];
}

/**
 * Translates a conversation. Messages of the role `system`, wherever they stand, join the system prompt. Messages that
 * say nothing are left out.
 * @throws ChatError `badRequest` in Ollama's words; in ours for an image that Claude cannot see
 */
export function readConversation(system: Json | undefined, wire: readonly WireMessage[]): Conversation {
  const instructions = [readSystem(system)];
  const messages: ChatMessage[] = [];
  for (const { role, content } of wire) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : blocksOf(content);
    if (role === 'system') instructions.push(readSystem(blocks));
    else {
      const message: ChatMessage =
        role === 'assistant'
          ? { role, content: blocks.flatMap(assistantParts) }
          : { role: 'user', content: blocks.flatMap(userParts) };
      if (message.content.length > 0) messages.push(message);
    }
  }
  // The core wants a message; the model's own refusal of an empty one is the best answer to it.
  if (messages.length === 0) messages.push({ role: 'user', content: [{ type: 'text', text: '' }] });
  return { system: instructions.filter((text) => text !== '').join('\n\n'), messages };
}
