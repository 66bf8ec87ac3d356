/** A native conversation, message by message, in the vocabulary of the core. */
import type {
  AssistantMessage,
  ChatMessage,
  ImagePart,
  TextPart,
  ToolCallPart,
  ToolSpec,
  UserMessage,
} from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { type Fields, fieldsOf, isObject, type Place, typeError } from '../fields.js';
import { readBase64, readImage } from '../images.js';

/** A call as the client gives it back. */
interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

/** One message with Ollama's types checked and its defaults filled in. */
export interface WireMessage {
  /** In lower case; may be anything. */
  readonly role: string;
  readonly content: string;
  /** Valid base64. */
  readonly images: readonly string[];
  readonly calls: readonly WireCall[];
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

function readCall(value: Json, place: Place): WireCall {
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

/** A call that still has no result. */
interface OpenCall {
  readonly clientId: string;
  readonly name: string;
  readonly id: string;
}

/** Takes the call that a result belongs to: by id, else by the tool's name, else the first that may be meant. */
function takeCall(open: OpenCall[], { toolCallId, toolName }: WireMessage): OpenCall | undefined {
  const tests: ((call: OpenCall) => boolean)[] = [
    (call) => toolCallId !== '' && call.clientId === toolCallId,
    (call) => toolName !== '' && call.name === toolName,
    (call) => toolName === '' && (toolCallId === '' || call.clientId === ''),
  ];
  for (const test of tests) {
    const at = open.findIndex(test);
    if (at >= 0) return open.splice(at, 1)[0];
  }
  return undefined;
}

function textParts(text: string): TextPart[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

/** The system prompt and the turns of a conversation. */
export interface Conversation {
  readonly system: string;
  readonly messages: readonly ChatMessage[];
}

/**
 * Translates a conversation. System and developer messages, wherever they stand, become the one system prompt
 * that Claude takes. A tool's result goes to its call of the latest assistant turn; without one it is the
 * user's text. A call without an id, or with one that was used before, gets an id made of its position, so that the
 * same conversation always translates to the same one. Messages that say nothing are left out.
 * @throws ChatError `badRequest` for an image that Claude cannot see
 */
export function readConversation(wire: readonly WireMessage[]): Conversation {
  const system: string[] = [];
  const messages: ChatMessage[] = [];
  const usedIds = new Set<string>();
  let open: OpenCall[] = [];
  let calls = 0;

  const assistant = (message: WireMessage): AssistantMessage => {
    if (messages.at(-1)?.role !== 'assistant') open = [];
    const parts = message.calls.map((call): ToolCallPart => {
      calls += 1;
      const id = call.id !== '' && !usedIds.has(call.id) ? call.id : `call_${String(calls).padStart(8, '0')}`;
      usedIds.add(id);
      open.push({ clientId: call.id, name: call.name, id });
      return { type: 'toolCall', call: { id, name: call.name, arguments: call.arguments } };
    });
    // Clients put a blank beside calls because some servers want content; Claude's API refuses blank text.
    const text = message.content.trim() === '' ? '' : message.content;
    return { role: 'assistant', content: [...textParts(text), ...parts] };
  };

  const user = (message: WireMessage): UserMessage => {
    const images: ImagePart[] = message.images.map(readImage);
    return { role: 'user', content: [...images, ...textParts(message.content)] };
  };

  const result = (message: WireMessage): UserMessage => {
    const call = takeCall(open, message);
    if (call === undefined) return user(message);
    const part = { type: 'toolResult', callId: call.id, content: message.content, isError: false } as const;
    return { role: 'user', content: [part, ...message.images.map(readImage)] };
  };

  for (const message of wire) {
    if (message.role === 'system' || message.role === 'developer') {
      if (message.content !== '') system.push(message.content);
      continue;
    }
    const turn =
      message.role === 'assistant'
        ? assistant(message)
        : message.role === 'tool'
          ? result(message)
          : user(message);
    if (turn.content.length > 0) messages.push(turn);
  }
  // The core wants a message; the model's own refusal of an empty one is the best answer to it.
  if (messages.length === 0) messages.push({ role: 'user', content: [{ type: 'text', text: '' }] });
  return { system: system.join('\n\n'), messages };
}
