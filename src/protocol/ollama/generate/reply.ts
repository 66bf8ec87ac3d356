/** Answers of `/api/generate`: chat events as chunks, or all of them as one object. */
import type { ChatEvent } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { answerEncoder, ending, opening, type ReplyContext, wholeOf } from '../answer.js';
import { encodeContext, type ContextConversation } from './contextTokens.js';

/** What the last chunk says of the conversation. `undefined` in raw mode, which has none. */
export type Conversation = ContextConversation | undefined;

function contextOf(conversation: Conversation, answer: string): { readonly context?: readonly number[] } {
  if (conversation === undefined) return {};
  const { system, texts } = conversation;
  return { context: encodeContext({ system, texts: [...texts, answer] }) };
}

/**
 * Chunks of a streamed answer.
 * @param conversation what came before the answer, the prompt included
 */
export function generateEncoder(context: ReplyContext, conversation: Conversation): StreamEncoder {
  let answer = '';
  return answerEncoder(context, {
    words({ type, text }) {
      if (type === 'thinking') return { response: '', thinking: text };
      answer += text;
      return { response: text };
    },
    // The route takes no tools, so there is nothing that could be called.
    call: () => ({ response: '' }),
    silent: { response: '' },
    last: () => contextOf(conversation, answer),
  });
}

/** The whole answer as one JSON text. The last event is `done`. */
export function generateReply(
  events: readonly ChatEvent[],
  context: ReplyContext,
  conversation: Conversation,
): string {
  const { text, thinking, done } = wholeOf(events);
  return JSON.stringify({
    ...opening(context),
    response: text,
    ...(thinking === '' ? {} : { thinking }),
    ...ending(done, context, contextOf(conversation, text)),
  });
}

/** The answer to an empty prompt: the model is "loaded", or "unloaded". */
export function generateLoadReply(reason: 'load' | 'unload', context: ReplyContext): JsonObject {
  return { ...opening(context), response: '', done: true, done_reason: reason };
}
