/** Tokens as the API counts them, and as clients are told. Pure. */
import type { Usage } from '../core/chat.js';
import type { WireUsage } from './messages.js';

export const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };

/** Cached and fresh prompt tokens are one number to a client. */
export function toUsage(usage: WireUsage): Usage {
  const cachedTokens = usage.cache_read_input_tokens ?? 0;
  return {
    promptTokens: (usage.input_tokens ?? 0) + cachedTokens + (usage.cache_creation_input_tokens ?? 0),
    cachedTokens,
    outputTokens: usage.output_tokens ?? 0,
  };
}

export function sumOf(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
