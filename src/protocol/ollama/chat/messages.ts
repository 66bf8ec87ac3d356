/** Translates the messages of `/api/chat`. */
import type { ToolCall } from '../../../core/chat.js';
import { type Conversation, type ConversationEntry, toConversation } from '../../../core/conversation.js';
import type { Json } from '../../../core/json.js';
import { imageOf, readBase64 } from '../../images.js';
import { type FieldPath, fieldsOf, wrongType } from '../../json/fields.js';
import { readToolCall } from '../tools.js';

/** One element of `messages`, with checked types and default values. */
export interface WireMessage {
  /** In lower case; may be an unknown role. */
  readonly role: string;
  readonly content: string;
  /** Valid base64. */
  readonly images: readonly string[];
  readonly calls: readonly ToolCall[];
  readonly toolName: string;
  readonly toolCallId: string;
}

/** One element of `images`. @throws ChatError `badRequest` with Go's message */
export function readImage(value: Json, at: FieldPath): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw wrongType(value, at, 'api.ImageData');
  return readBase64(value);
}

/** One element of `messages`. @throws ChatError `badRequest` with Go's or Ollama's message */
export function readMessage(value: Json, at: FieldPath): WireMessage {
  const message = fieldsOf(value, at, 'api.Alias');
  message.string('thinking');
  return {
    role: (message.string('role') ?? '').toLowerCase(),
    content: message.string('content') ?? '',
    images: message.list('images', '[]api.ImageData', readImage),
    calls: message.list('tool_calls', '[]api.ToolCall', readToolCall),
    toolName: message.string('tool_name') ?? '',
    toolCallId: message.string('tool_call_id') ?? '',
  };
}

/** An unknown role counts as the user's. */
function entryOf(message: WireMessage): ConversationEntry {
  const text = message.content === '' ? [] : [{ type: 'text' as const, text: message.content }];
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: text };
    case 'assistant':
      return { role: 'assistant', content: text, calls: message.calls };
    case 'tool':
      return {
        role: 'result',
        callId: message.toolCallId,
        name: message.toolName,
        content: [...message.images.map(imageOf), ...text],
      };
    default:
      return { role: 'user', content: [...message.images.map(imageOf), ...text] };
  }
}

/**
 * Translates the messages of a chat.
 * @throws ChatError `badRequest` for an image in a format that Claude does not accept
 */
export function readConversation(messages: readonly WireMessage[]): Conversation {
  return toConversation(messages.map(entryOf));
}
