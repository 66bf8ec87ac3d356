/** Translates the messages and content blocks of `/v1/messages`. */
import type {
  AssistantMessage,
  ChatMessage,
  ContentPart,
  ImagePart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserMessage,
} from '../../core/chat.js';
import { atLeastOne, type Conversation, joinParagraphs } from '../../core/conversation.js';
import { badRequest, ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { imageOf, readBase64 } from '../images.js';
import { isObject } from '../json/fields.js';
import { goTypeOf } from '../json/goType.js';

type UserPart = UserMessage['content'][number];
type AssistantPart = AssistantMessage['content'][number];

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The blocks of a content that is not a string. @throws ChatError `badRequest` with Ollama's message */
function blocksOf(content: Json | undefined): JsonObject[] {
  if (!isList(content)) throw badRequest(`invalid message content type: ${goTypeOf(content)}`);
  return content.map((block) => {
    if (!isObject(block)) throw badRequest('invalid content block format');
    return block;
  });
}

function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textParts(text: string): TextPart[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function imagePart(block: JsonObject): ImagePart {
  const { source } = block;
  if (!isObject(source)) throw badRequest('invalid image source');
  const type = stringOf(source['type']);
  if (type !== 'base64') {
    throw badRequest(`invalid image source type: ${type}. Only base64 images are supported.`);
  }
  let data: string;
  try {
    data = readBase64(stringOf(source['data']));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw new ChatError('badRequest', `invalid base64 image data: ${reason}`, { cause });
  }
  return imageOf(data);
}

function toolResultPart(block: JsonObject): ToolResultPart {
  const { content } = block;
  const inner =
    typeof content === 'string' || content === undefined || content === null ? [] : blocksOf(content);
  return {
    type: 'toolResult',
    callId: stringOf(block['tool_use_id']),
    content:
      typeof content === 'string'
        ? textParts(content)
        : inner.flatMap((part): ContentPart[] =>
            part['type'] === 'image' ? [imagePart(part)] : textParts(stringOf(part['text'])),
          ),
    isError: block['is_error'] === true,
  };
}

/** A text document becomes text. The CLI takes no other documents. */
function documentParts(block: JsonObject): TextPart[] {
  const { source } = block;
  if (isObject(source) && source['type'] === 'text') return textParts(stringOf(source['data']));
  throw badRequest('document blocks are only supported with a source of type text');
}

/** Blocks of unknown types are left out. */
function userParts(block: JsonObject): UserPart[] {
  switch (stringOf(block['type'])) {
    case 'text':
      return textParts(stringOf(block['text']));
    case 'image':
      return [imagePart(block)];
    case 'tool_result':
      return [toolResultPart(block)];
    case 'document':
      return documentParts(block);
    default:
      return [];
  }
}

function toolCallPart(block: JsonObject): ToolCallPart {
  const { id, name, input } = block;
  if (typeof id !== 'string') throw badRequest("tool_use block missing required 'id' field");
  if (typeof name !== 'string') throw badRequest("tool_use block missing required 'name' field");
  return { type: 'toolCall', call: { id, name, arguments: isObject(input) ? input : {} } };
}

/** Blocks of other types are left out; so is thinking, because the CLI does not accept thinking from outside. */
function assistantParts(block: JsonObject): AssistantPart[] {
  switch (stringOf(block['type'])) {
    case 'text':
      return textParts(stringOf(block['text']));
    case 'tool_use':
      return [toolCallPart(block)];
    default:
      return [];
  }
}

/** Reads a system prompt: a string, or text blocks, which are joined without a separator. */
export function readSystem(system: Json | undefined): string {
  if (typeof system === 'string') return system;
  if (!isList(system)) return '';
  return system
    .map((block) => (isObject(block) && block['type'] === 'text' ? stringOf(block['text']) : ''))
    .join('');
}

/** One element of `messages`, with a checked role. */
export interface WireMessage {
  /** In lower case; may be an unknown role. */
  readonly role: string;
  readonly content: Json | undefined;
}

/**
 * Translates a conversation. Messages with the role `system`, at any position, are added to the system prompt. Empty
 * messages are left out.
 * @throws ChatError `badRequest`, with Ollama's message except for an image in a format that Claude does not accept
 */
export function readConversation(system: Json | undefined, wire: readonly WireMessage[]): Conversation {
  const systemTexts = [readSystem(system)];
  const messages: ChatMessage[] = [];
  for (const { role, content } of wire) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : blocksOf(content);
    if (role === 'system') systemTexts.push(readSystem(blocks));
    else {
      const message: ChatMessage =
        role === 'assistant'
          ? { role, content: blocks.flatMap(assistantParts) }
          : { role: 'user', content: blocks.flatMap(userParts) };
      if (message.content.length > 0) messages.push(message);
    }
  }
  return { system: joinParagraphs(systemTexts), messages: atLeastOne(messages) };
}
