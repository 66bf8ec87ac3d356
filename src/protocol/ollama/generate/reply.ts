/** Answers of `/api/generate`, as a stream of chunks or as one object. */
import type { ChatEvent } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { collectAnswer, createEncoder, envelope, finalFields, type ReplyContext } from '../reply.js';
import { encodeContext, type TextConversation } from './contextTokens.js';

/** The `context` field of the last chunk. In raw mode there is none. */
function contextField(
  conversation: TextConversation | undefined,
  answer: string,
): { readonly context?: readonly number[] } {
  if (conversation === undefined) return {};
  const { system, texts } = conversation;
  return { context: encodeContext({ system, texts: [...texts, answer] }) };
}

/**
 * Encodes a streamed answer.
 * @param conversation up to and including the prompt; `undefined` in raw mode
 */
export function generateEncoder(
  context: ReplyContext,
  conversation: TextConversation | undefined,
): StreamEncoder {
  let answer = '';
  return createEncoder(context, {
    text({ type, text }) {
      if (type === 'thinking') return { response: '', thinking: text };
      answer += text;
      return { response: text };
    },
    // There are none: the route accepts no tools.
    calls: () => ({ response: '' }),
    final: () => contextField(conversation, answer),
  });
}

/**
 * The complete answer as JSON text.
 * @param events ending with `done`
 * @param conversation up to and including the prompt; `undefined` in raw mode
 */
export function generateReply(
  events: readonly ChatEvent[],
  context: ReplyContext,
  conversation: TextConversation | undefined,
): string {
  const { text, thinking, done } = collectAnswer(events);
  return JSON.stringify({
    ...envelope(context),
    response: text,
    ...(thinking === '' ? {} : { thinking }),
    ...finalFields(done, context, contextField(conversation, text)),
  });
}

/** The answer to an empty prompt, which only loads or unloads the model. */
export function generateLoadReply(reason: 'load' | 'unload', context: ReplyContext): JsonObject {
  return { ...envelope(context), response: '', done: true, done_reason: reason };
}
