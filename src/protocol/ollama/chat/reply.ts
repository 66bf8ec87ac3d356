/** Answers of `/api/chat`, as a stream of chunks or as one object. */
import type { ChatEvent } from '../../../core/chat.js';
import { type JsonObject, jsonText } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import {
  collectAnswer,
  createEncoder,
  envelope,
  finalFields,
  type ReplyContext,
  toolCallJson,
} from '../reply.js';

const ROLE = 'assistant';

/** Encodes a streamed answer. */
export function chatEncoder(context: ReplyContext): StreamEncoder {
  return createEncoder(context, {
    text: ({ type, text }) => ({
      message: type === 'text' ? { role: ROLE, content: text } : { role: ROLE, content: '', thinking: text },
    }),
    calls: (calls) => ({
      message: { role: ROLE, content: '', ...(calls.length === 0 ? {} : { tool_calls: calls }) },
    }),
    final: () => ({}),
  });
}

/** The complete answer as JSON text. @param events ending with `done` */
export function chatReply(events: readonly ChatEvent[], context: ReplyContext): string {
  const { text, thinking, calls, done } = collectAnswer(events);
  const message = {
    role: ROLE,
    content: text,
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCallJson) }),
  };
  return jsonText({ ...envelope(context), message, ...finalFields(done, context, {}) });
}

/** The answer to a chat without messages, which only loads or unloads the model. */
export function chatLoadReply(reason: 'load' | 'unload', context: ReplyContext): JsonObject {
  return {
    ...envelope(context),
    message: { role: ROLE, content: '' },
    done: true,
    done_reason: reason,
  };
}
