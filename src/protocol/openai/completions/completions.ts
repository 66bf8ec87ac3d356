/** `/v1/completions`: a prompt instead of a conversation, and answers of nothing but text. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatEvent, ChatRequest, Usage } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { createTextChunker } from '../../textChunker.js';
import { SSE_COMMENT, SSE_TYPE, sseFrame } from '../../sse.js';
import { errorBody } from '../errors.js';
import { readLimit, readStop } from '../options.js';
import { FINGERPRINT, FINISH_REASONS, type ReplyContext, STREAM_END, wireUsage } from '../chat/reply.js';
import { bodyFields, readRequestOptions, type RequestOptions } from '../chat/request.js';

const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/** A body of `/v1/completions` with its types checked. */
export interface CompletionBody extends RequestOptions {
  /** Empty: only load the model. */
  readonly prompt: string;
  readonly suffix: string;
  readonly stop: readonly string[];
  readonly limit: number | undefined;
}

/**
 * Decodes a body of `/v1/completions`.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function decodeCompletion(text: string): CompletionBody {
  const fields = bodyFields(text, 'CompletionRequest');
  return {
    ...readRequestOptions(fields),
    prompt: fields.string('prompt') ?? '',
    suffix: fields.string('suffix') ?? '',
    stop: readStop(fields.any('stop'), true),
    limit: fields.integer('max_tokens'),
  };
}

/**
 * The request for an answer, or `undefined` where the model is only to be loaded.
 * @throws ChatError `badRequest` for a suffix: Claude does not complete the middle of a text
 */
export function translateCompletion(body: CompletionBody, entry: CatalogEntry): ChatRequest | undefined {
  if (body.suffix !== '') {
    throw new ChatError('badRequest', `registry.ollama.ai/library/${entry.name} does not support insert`);
  }
  if (body.prompt === '') return undefined;
  return {
    lane: entry.lane,
    model: entry.model.value,
    system: '',
    messages: [{ role: 'user', content: [{ type: 'text', text: body.prompt }] }],
    tools: [],
    thinking: { show: false },
    stop: body.stop,
    ...readLimit(body.limit),
  };
}

function object(context: ReplyContext, choices: readonly JsonObject[], usage?: Usage): JsonObject {
  return {
    id: `cmpl-${context.id}`,
    object: 'text_completion',
    created: context.created,
    model: context.model,
    system_fingerprint: FINGERPRINT,
    choices,
    ...(usage === undefined ? {} : { usage: wireUsage(usage) }),
  };
}

function choice(text: string, finish: string | null): JsonObject {
  return { text, index: 0, finish_reason: finish };
}

/** Chunks of a streamed completion. With usage asked for, each has one, of zeros but for the last. */
export function completionEncoder(context: ReplyContext, includeUsage: boolean): StreamEncoder {
  const speech = createTextChunker();
  const usage = includeUsage ? NO_USAGE : undefined;
  const chunk = (text: string, finish: string | null): string =>
    sseFrame(object(context, [choice(text, finish)], usage));

  return {
    contentType: SSE_TYPE,
    event(event) {
      switch (event.type) {
        case 'text':
          return speech.say('text', event.text).map(({ text }) => chunk(text, null));
        case 'thinking':
        case 'toolCall':
        case 'usage':
          return [];
        case 'done':
          return [
            ...speech.flush().map(({ text }) => chunk(text, null)),
            chunk('', FINISH_REASONS[event.reason]),
            ...(includeUsage ? [sseFrame(object(context, [], event.usage))] : []),
            STREAM_END,
          ];
      }
    },
    heartbeat: () => SSE_COMMENT,
    failure: (error) => sseFrame(errorBody(error)),
  };
}

/** The whole completion as one JSON text. The last event is `done`. */
export function completionReply(events: readonly ChatEvent[], context: ReplyContext): string {
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const end = events.find((event) => event.type === 'done');
  const finish = end === undefined ? null : FINISH_REASONS[end.reason];
  return JSON.stringify(object(context, [choice(text, finish)], end?.usage ?? NO_USAGE));
}

/** The answer to a request without a prompt: the model is "loaded". */
export function loadedReply(body: CompletionBody, context: ReplyContext): string {
  const loaded = object(context, [choice('', 'load')], NO_USAGE);
  return body.stream ? `${sseFrame(loaded)}${STREAM_END}` : JSON.stringify(loaded);
}
