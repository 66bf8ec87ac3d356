/** Translates the messages of `/api/chat`. */
import type { ContentPart, ToolCall } from '../../../core/chat.js';
import type { ConversationEntry } from '../../../core/conversationEntry.js';
import type { Json } from '../../../core/json.js';
import { type MessageParts, readMessageParts, readResultContent } from '../../content.js';
import { imageOf, readBase64, withoutDataUrl } from '../../images.js';
import { type FieldPath, fieldsOf, isObject, wrongType } from '../../json/fields.js';
import { messageEntries, speakerOf } from '../../messageEntries.js';
import { CALLS, IMAGES } from '../../requestLimits.js';
import type { ReadArguments } from '../../toolArguments.js';
import { readToolCall } from '../tools.js';

/** One element of `messages`, with checked types and default values. */
export interface WireMessage extends MessageParts {
  /** In lower case; may be an unknown role. */
  readonly role: string;
  /** Valid base64. */
  readonly images: readonly string[];
  readonly toolName: string;
  readonly toolCallId: string;
}

/** One element of `images`: base64, or a data URL. @throws ChatError `badRequest` with Go's message */
export function readImage(value: Json, at: FieldPath): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw wrongType(value, at, 'api.ImageData');
  return readBase64(withoutDataUrl(value));
}

function isResult(role: string): boolean {
  return role === 'tool' || role === 'function';
}

/** One element of `messages`. @throws ChatError `badRequest`, mostly with Go's message */
export function readMessage(value: Json, at: FieldPath, readArguments: ReadArguments): WireMessage {
  const message = fieldsOf(value, at, 'api.Alias');
  message.text('thinking');
  const role = (message.string('role') ?? '').toLowerCase();
  const content = message.exactValue('content');
  const readCall = (call: Json, callAt: FieldPath): ToolCall => readToolCall(call, callAt, readArguments);
  const calls = message.list('tool_calls', '[]api.ToolCall', readCall, CALLS);
  const readParts = (): MessageParts => {
    if (isResult(role)) return { content: readResultContent(content), calls: [], results: [] };
    // Any other value gets Go's error.
    const isKnown = typeof content === 'string' || Array.isArray(content) || isObject(content);
    return readMessageParts(isKnown ? content : message.text('content'), readArguments);
  };
  const parts = readParts();
  return {
    role,
    content: parts.content,
    results: parts.results,
    images: message.list('images', '[]api.ImageData', readImage, IMAGES),
    calls: [...calls, ...parts.calls],
    toolName: message.string('tool_name') ?? message.string('name') ?? '',
    toolCallId: message.string('tool_call_id') ?? '',
  };
}

/**
 * The entries of a message. An unknown role counts as the user's.
 * @throws ChatError `badRequest` for an image in a format that Claude does not accept
 */
export function entriesOf(message: WireMessage): ConversationEntry[] {
  const { role, calls, results } = message;
  const content: ContentPart[] = [...message.images.map(imageOf), ...message.content];
  if (isResult(role)) {
    return [{ role: 'result', callId: message.toolCallId, name: message.toolName, content }];
  }
  return messageEntries(speakerOf(role), { content, calls, results });
}
