/** A native conversation, message by message, in the vocabulary of the core. */
import type { ToolSpec } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { type CallEntry, type Conversation, type Entry, toConversation } from '../../../core/conversation.js';
import { type Fields, fieldsOf, isObject, type Place, typeError } from '../../json/fields.js';
import { imageOf, readBase64 } from '../../images.js';

/** One message with Ollama's types checked and its defaults filled in. */
export interface WireMessage {
  /** In lower case; may be anything. */
  readonly role: string;
  readonly content: string;
  /** Valid base64. */
  readonly images: readonly string[];
  readonly calls: readonly CallEntry[];
  readonly toolName: string;
  readonly toolCallId: string;
}

/** Ollama says just this of arguments that are no object, most often a string of JSON. */
const ARGUMENTS_ERROR = "Value looks like object, but can't find closing '}' symbol";

function readArguments(value: Json | undefined): JsonObject {
  if (value === undefined) return {};
  if (isObject(value)) return value;
  throw new ChatError('badRequest', ARGUMENTS_ERROR);
}

function readCall(value: Json, place: Place): CallEntry {
  const call = fieldsOf(value, place, 'api.ToolCall');
  const called: Fields | undefined = call.fields('function', 'api.ToolCallFunction');
  called?.integer('index');
  return {
    id: call.string('id') ?? '',
    name: called?.string('name') ?? '',
    arguments: readArguments(called?.any('arguments')),
  };
}

/** One element of `images`. @throws ChatError `badRequest` in Go's words */
export function readImageText(value: Json, place: Place): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw typeError(value, place, 'api.ImageData');
  return readBase64(value);
}

/** One element of `messages`. @throws ChatError `badRequest` in Go's words */
export function readMessage(value: Json, place: Place): WireMessage {
  const message = fieldsOf(value, place, 'api.Alias');
  message.string('thinking');
  return {
    role: (message.string('role') ?? '').toLowerCase(),
    content: message.string('content') ?? '',
    images: message.list('images', '[]api.ImageData', readImageText),
    calls: message.list('tool_calls', '[]api.ToolCall', readCall),
    toolName: message.string('tool_name') ?? '',
    toolCallId: message.string('tool_call_id') ?? '',
  };
}

/** One element of `tools`; its schema stays as it is. @throws ChatError `badRequest` in Go's words */
export function readTool(value: Json, place: Place): ToolSpec {
  const tool = fieldsOf(value, place, 'api.Tool');
  tool.string('type');
  const described = tool.fields('function', 'api.ToolFunction');
  return {
    name: described?.string('name') ?? '',
    description: described?.string('description') ?? '',
    parameters: described?.object('parameters', 'api.ToolFunctionParameters') ?? {
      type: 'object',
      properties: {},
    },
  };
}

/** What the native message is in a conversation: any role that is not known speaks for the user. */
function entryOf(message: WireMessage): Entry {
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
 * Translates a native conversation.
 * @throws ChatError `badRequest` for an image that Claude cannot see
 */
export function readConversation(wire: readonly WireMessage[]): Conversation {
  return toConversation(wire.map(entryOf));
}
