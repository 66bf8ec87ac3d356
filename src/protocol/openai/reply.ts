/** The common parts of replies of the OpenAI routes. */
import type { DoneReason, Usage } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';

/** What every chunk of an answer needs. */
export interface ReplyContext {
  /** Unique. Each route adds its own prefix. */
  readonly id: string;
  /** The client's string for the model, returned unchanged. */
  readonly model: string;
  /** Seconds since 1970, the same in all chunks of an answer. */
  readonly created: number;
}

export interface StreamOptions {
  /** Whether the stream includes token counts: OpenAI's `stream_options.include_usage`. */
  readonly includeUsage: boolean;
}

/** The last frame of a stream. */
export const STREAM_END = 'data: [DONE]\n\n';

/** The `system_fingerprint` that Ollama sends. */
export const FINGERPRINT = 'fp_ollama';

/** OpenAI's `finish_reason`. */
export const FINISH_REASONS: Readonly<Record<DoneReason, string>> = {
  stop: 'stop',
  length: 'length',
  contextFull: 'length',
  toolCalls: 'tool_calls',
  refusal: 'content_filter',
};

export const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/** Token counts in OpenAI's format, including how much of the prompt was read from the cache. */
export function usageJson(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.promptTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  };
}
