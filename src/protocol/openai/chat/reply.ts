/** Answers of `/v1/chat/completions`: chat events as chunks, or all of them as one object. */
import type { ChatEvent, DoneReason, ToolCall, Usage } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { createTextChunker, type TextChunk } from '../../textChunker.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { errorBody } from '../errors.js';

/** What every chunk of an answer needs. */
export interface ReplyContext {
  /** Unique; the routes put their own prefixes before it. */
  readonly id: string;
  /** The client's string for the model, given back as it came. */
  readonly model: string;
  /** Seconds since 1970, the same in all of an answer. */
  readonly created: number;
}

/** How a stream ends. */
export const STREAM_END = 'data: [DONE]\n\n';

export const FINGERPRINT = 'fp_ollama';

/** Why an answer ended, in OpenAI's words. */
export const FINISH_REASONS: Readonly<Record<DoneReason, string>> = {
  stop: 'stop',
  length: 'length',
  toolCalls: 'tool_calls',
  refusal: 'content_filter',
};

/** Token counts. Clients that know of the cache read how much of the prompt came from there. */
export function wireUsage(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.promptTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  };
}

function wireCall(call: ToolCall, index: number): JsonObject {
  return {
    id: call.id,
    index,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  };
}

function opening(context: ReplyContext, object: string): JsonObject {
  return {
    id: `chatcmpl-${context.id}`,
    object,
    created: context.created,
    model: context.model,
    system_fingerprint: FINGERPRINT,
  };
}

/**
 * Chunks of a streamed answer. The role is in the first chunk only, the reason alone in one of its own, and a call is a
 * chunk of its own: clients lose text beside calls.
 */
export function chatEncoder(context: ReplyContext, includeUsage: boolean): StreamEncoder {
  const speech = createTextChunker();
  let begun = false;
  let calls = 0;

  const chunk = (more: JsonObject): string =>
    sseFrame({ ...opening(context, 'chat.completion.chunk'), ...more });
  const choice = (delta: JsonObject, finish: string | null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finish }] });
  const delta = (more: JsonObject): string => {
    const role = begun ? {} : { role: 'assistant' };
    begun = true;
    return choice({ ...role, ...more }, null);
  };
  const words = (said: readonly TextChunk[]): string[] =>
    said.map(({ type, text }) =>
      delta(type === 'text' ? { content: text } : { content: '', reasoning: text }),
    );

  return {
    contentType: SSE_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
        case 'thinking':
          return words(speech.say(event.type, event.text));
        case 'toolCall': {
          const before = words(speech.flush());
          calls += 1;
          return [...before, delta({ content: '', tool_calls: [wireCall(event.call, calls - 1)] })];
        }
        case 'usage':
          return [];
        case 'done':
          return [
            ...words(speech.flush()),
            ...(begun ? [] : [delta({ content: '' })]),
            choice({}, FINISH_REASONS[event.reason]),
            ...(includeUsage ? [chunk({ choices: [], usage: wireUsage(event.usage) })] : []),
            STREAM_END,
          ];
      }
    },
    heartbeat: () => SSE_COMMENT,
    failure: (error) => sseFrame(errorBody(error)),
  };
}

/** The whole answer as one JSON text. The last event is `done`. */
export function chatReply(events: readonly ChatEvent[], context: ReplyContext): string {
  let content = '';
  let reasoning = '';
  const calls: JsonObject[] = [];
  let end: Extract<ChatEvent, { type: 'done' }> | undefined;
  for (const event of events) {
    if (event.type === 'text') content += event.text;
    else if (event.type === 'thinking') reasoning += event.text;
    else if (event.type === 'toolCall') calls.push(wireCall(event.call, calls.length));
    else if (event.type === 'done') end = event;
  }
  const message: JsonObject = {
    role: 'assistant',
    content,
    ...(reasoning === '' ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const finish = end === undefined ? null : FINISH_REASONS[end.reason];
  return JSON.stringify({
    ...opening(context, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finish }],
    ...(end === undefined ? {} : { usage: wireUsage(end.usage) }),
  });
}
