/** Answers of `/v1/completions`, as a stream of chunks or as one object. They hold nothing but text. */
import type { ChatEvent, Usage } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { createTextChunker } from '../../textChunker.js';
import { errorBody } from '../errors.js';
import {
  FINGERPRINT,
  FINISH_REASONS,
  NO_USAGE,
  type ReplyContext,
  STREAM_END,
  type StreamOptions,
  usageJson,
} from '../reply.js';
import type { CompletionBody } from './request.js';

function completionObject(context: ReplyContext, choices: readonly JsonObject[], usage?: Usage): JsonObject {
  return {
    id: `cmpl-${context.id}`,
    object: 'text_completion',
    created: context.created,
    model: context.model,
    system_fingerprint: FINGERPRINT,
    choices,
    ...(usage === undefined ? {} : { usage: usageJson(usage) }),
  };
}

function choice(text: string, finishReason: string | null): JsonObject {
  return { text, index: 0, finish_reason: finishReason };
}

/** Encodes a streamed answer. With `includeUsage`, as in Ollama, every chunk has counts; all but the last are zero. */
export function completionEncoder(context: ReplyContext, { includeUsage }: StreamOptions): StreamEncoder {
  const chunker = createTextChunker();
  const usage = includeUsage ? NO_USAGE : undefined;
  const chunk = (text: string, finishReason: string | null): string =>
    sseFrame(completionObject(context, [choice(text, finishReason)], usage));

  return {
    contentType: SSE_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
          return chunker.push('text', event.text).map(({ text }) => chunk(text, null));
        case 'thinking':
        case 'toolCall':
        case 'usage':
          return [];
        case 'done':
          return [
            ...chunker.flush().map(({ text }) => chunk(text, null)),
            chunk('', FINISH_REASONS[event.reason]),
            ...(includeUsage ? [sseFrame(completionObject(context, [], event.usage))] : []),
            STREAM_END,
          ];
      }
    },
    heartbeat: () => SSE_COMMENT,
    failure: (error) => sseFrame(errorBody(error)),
  };
}

/** The complete answer as JSON text. @param events ending with `done` */
export function completionReply(events: readonly ChatEvent[], context: ReplyContext): string {
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const done = events.find((event) => event.type === 'done');
  const finishReason = done === undefined ? null : FINISH_REASONS[done.reason];
  return JSON.stringify(completionObject(context, [choice(text, finishReason)], done?.usage ?? NO_USAGE));
}

/** The answer to a request without a prompt, which only loads the model. */
export function completionLoadReply({ stream }: CompletionBody, context: ReplyContext): string {
  const loaded = completionObject(context, [choice('', 'load')], NO_USAGE);
  return stream ? `${sseFrame(loaded)}${STREAM_END}` : JSON.stringify(loaded);
}
