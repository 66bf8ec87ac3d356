/** Translates the input of `/v1/responses`: a string, or a list of input items. */
import type { ConversationEntry } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { type FieldPath, type Fields, fieldsOf } from '../../json/fields.js';
import { readContent } from '../content.js';
import { createArgumentsReader, type ReadArguments } from '../tools.js';

const INPUT_PATH: FieldPath = { root: 'ResponsesRequest', path: 'input' };

function readMessage(item: Fields): ConversationEntry {
  const content = readContent(item.value('content'));
  switch ((item.string('role') ?? '').toLowerCase()) {
    case 'system':
    case 'developer':
      return { role: 'system', content };
    case 'assistant':
      return { role: 'assistant', content, calls: [] };
    default:
      return { role: 'user', content };
  }
}

/** One item; `undefined` for a kind that Claude cannot use. */
function readItem(value: Json, index: number, readArguments: ReadArguments): ConversationEntry | undefined {
  const item = fieldsOf(value, INPUT_PATH, 'openai.ResponsesInputItem');
  const type = item.string('type') ?? (item.value('role') === undefined ? '' : 'message');
  switch (type) {
    case 'message':
      return readMessage(item);
    case 'function_call':
      return {
        role: 'assistant',
        content: [],
        calls: [
          {
            id: item.string('call_id') ?? '',
            name: item.string('name') ?? '',
            arguments: readArguments(item.string('arguments') ?? ''),
          },
        ],
      };
    case 'function_call_output':
      return {
        role: 'result',
        callId: item.string('call_id') ?? '',
        name: '',
        content: readContent(item.value('output') ?? ''),
      };
    // Thinking cannot be sent back to Claude without its signature. Searches run on OpenAI's servers only.
    case 'reasoning':
    case 'web_search_call':
      return undefined;
    default:
      throw badRequest(`input[${index}]: unknown input item type: ${JSON.stringify(type)}`);
  }
}

/**
 * Reads `input`.
 * @throws ChatError `badRequest`, mostly with Ollama's message
 */
export function readInput(input: Json | undefined): ConversationEntry[] {
  if (typeof input === 'string') return [{ role: 'user', content: readContent(input) }];
  if (!Array.isArray(input)) throw badRequest('input must be a string or a list of items');
  const readArguments = createArgumentsReader();
  return input
    .map((item: Json, index) => readItem(item, index, readArguments))
    .filter((entry) => entry !== undefined);
}
