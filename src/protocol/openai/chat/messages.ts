/** Translates the messages of `/v1/chat/completions`. */
import type { ToolCall } from '../../../core/chat.js';
import type { ConversationEntry } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { readMessageParts, readResultContent } from '../../content.js';
import { type FieldPath, type Fields, fieldsOf } from '../../json/fields.js';
import { goTypeOf } from '../../json/goType.js';
import { messageEntries, speakerOf } from '../../messageEntries.js';
import { CALLS } from '../../requestLimits.js';
import type { ReadArguments } from '../../toolArguments.js';
import { customToolArguments } from '../customTools.js';

function readToolCall(value: Json, at: FieldPath, readArguments: ReadArguments): ToolCall {
  const call = fieldsOf(value, at, 'openai.ToolCall');
  const id = call.string('id') ?? '';
  const custom = call.fields('custom', 'struct');
  if (custom !== undefined) {
    return {
      id,
      name: custom.string('name') ?? '',
      arguments: customToolArguments(custom.text('input') ?? ''),
    };
  }
  // Some clients have the fields of the function beside the id.
  const called = call.fields('function', 'struct') ?? call;
  const name = called.string('name') ?? '';
  const type = call.string('type') ?? '';
  if (called === call && name === '' && type !== '' && type !== 'function') {
    throw badRequest(
      `The tool call type ${JSON.stringify(type)} is not supported: a call is a function or a custom tool.`,
    );
  }
  return {
    id,
    name,
    arguments: readArguments(called.exactValue('arguments')),
  };
}

/** The call of a message in the form that OpenAI used before `tool_calls`. */
function readLegacyCall(message: Fields, readArguments: ReadArguments): ToolCall[] {
  const call = message.fields('function_call', 'openai.FunctionCall');
  const name = call?.string('name') ?? '';
  if (call === undefined || name === '') return [];
  return [{ id: '', name, arguments: readArguments(call.exactValue('arguments')) }];
}

/**
 * Checks that the newest message has content if it is the user's. Earlier messages may lack it.
 * @throws ChatError `badRequest` with Ollama's message
 */
export function requireQuestion(body: Fields): void {
  const last = body.list('messages', '[]openai.Message', (message, at) => ({ message, at })).at(-1);
  if (last === undefined) return;
  const message = fieldsOf(last.message, last.at, 'openai.Message');
  if (NOT_USER.has((message.string('role') ?? '').toLowerCase())) return;
  if (message.exactValue('content') === undefined) {
    throw badRequest(`invalid message content type: ${goTypeOf(null)}`);
  }
}

const NOT_USER: ReadonlySet<string> = new Set(['system', 'developer', 'assistant', 'tool', 'function']);

/** One element of `messages`. @throws ChatError `badRequest`, mostly with Ollama's message */
export function readMessage(value: Json, at: FieldPath, readArguments: ReadArguments): ConversationEntry[] {
  const message = fieldsOf(value, at, 'openai.Message');
  const role = (message.string('role') ?? '').toLowerCase();
  const toolCalls = message.list(
    'tool_calls',
    '[]openai.ToolCall',
    (call, callAt) => readToolCall(call, callAt, readArguments),
    CALLS,
  );
  if (role === 'tool' || role === 'function') {
    const callId = message.string('tool_call_id') ?? '';
    const content = readResultContent(message.exactValue('content'));
    return [{ role: 'result', callId, name: message.string('name') ?? '', content }];
  }
  const { content, calls, results } = readMessageParts(message.exactValue('content'), readArguments);
  const refusal = role === 'assistant' ? (message.text('refusal') ?? '') : '';
  const refused = refusal === '' ? [] : [{ type: 'text' as const, text: refusal }];
  return messageEntries(speakerOf(role), {
    content: [...content, ...refused],
    calls: [...toolCalls, ...readLegacyCall(message, readArguments), ...calls],
    results,
  });
}
