/** Translates the messages of `/v1/chat/completions`. */
import type { ToolCall } from '../../../core/chat.js';
import type { Content, ConversationEntry } from '../../../core/conversation.js';
import type { Json } from '../../../core/json.js';
import { type FieldPath, fieldsOf } from '../../json/fields.js';
import { readContent } from '../content.js';
import type { ReadArguments } from '../tools.js';

function readToolCall(value: Json, at: FieldPath, readArguments: ReadArguments): ToolCall {
  const call = fieldsOf(value, at, 'openai.ToolCall');
  const called = call.fields('function', 'struct');
  return {
    id: call.string('id') ?? '',
    name: called?.string('name') ?? '',
    arguments: readArguments(called?.string('arguments') ?? ''),
  };
}

/** One element of `messages`. @throws ChatError `badRequest`, mostly with Ollama's message */
export function readMessage(value: Json, at: FieldPath, readArguments: ReadArguments): ConversationEntry {
  const message = fieldsOf(value, at, 'openai.Message');
  const role = (message.string('role') ?? '').toLowerCase();
  const calls = message.list('tool_calls', '[]openai.ToolCall', (call, callAt) =>
    readToolCall(call, callAt, readArguments),
  );
  const rawContent = message.value('content');
  const content: Content = rawContent === undefined && calls.length > 0 ? [] : readContent(rawContent);
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', content };
    case 'assistant':
      return { role: 'assistant', content, calls };
    case 'tool':
      return {
        role: 'result',
        callId: message.string('tool_call_id') ?? '',
        name: message.string('name') ?? '',
        content,
      };
    default:
      return { role: 'user', content };
  }
}
