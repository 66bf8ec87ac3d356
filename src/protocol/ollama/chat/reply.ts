/** Answers of `/api/chat`: chat events as chunks, or all of them as one object. */
import type { ChatEvent } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { answerEncoder, ending, opening, type ReplyContext, wholeOf, wireCall } from '../answer.js';

const ROLE = 'assistant';

/** Chunks of a streamed answer. */
export function chatEncoder(context: ReplyContext): StreamEncoder {
  return answerEncoder(context, {
    words: ({ type, text }) => ({
      message: type === 'text' ? { role: ROLE, content: text } : { role: ROLE, content: '', thinking: text },
    }),
    call: (call, index) => ({ message: { role: ROLE, content: '', tool_calls: [wireCall(call, index)] } }),
    silent: { message: { role: ROLE, content: '' } },
    last: () => ({}),
  });
}

/** The whole answer as one JSON text. The last event is `done`. */
export function chatReply(events: readonly ChatEvent[], context: ReplyContext): string {
  const { text, thinking, calls, done } = wholeOf(events);
  const message = {
    role: ROLE,
    content: text,
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(wireCall) }),
  };
  return JSON.stringify({ ...opening(context), message, ...ending(done, context, {}) });
}

/** The answer to a chat without messages: the model is "loaded", or "unloaded". */
export function loadReply(reason: 'load' | 'unload', context: ReplyContext): JsonObject {
  return {
    ...opening(context),
    message: { role: ROLE, content: '' },
    done: true,
    done_reason: reason,
  };
}
