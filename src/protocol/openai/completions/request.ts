/** Requests of `/v1/completions`: a prompt instead of a conversation. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, Sampling } from '../../../core/chat.js';
import { badRequest } from '../../../core/errors.js';
import { bodyFields } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { readSampling } from '../../sampling.js';
import { readLimit, readStop } from '../options.js';
import { readRequestOptions, type RequestOptions } from '../request.js';

/** A body of `/v1/completions` with checked types. */
export interface CompletionBody extends RequestOptions {
  /** Empty: only load the model. */
  readonly prompt: string;
  readonly suffix: string;
  readonly stop: readonly string[];
  readonly maxTokens: number | undefined;
  readonly sampling?: Sampling;
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeCompletion(text: string): CompletionBody {
  const fields = bodyFields(text, 'openai.CompletionRequest');
  checkTopLogprobs(fields.integer('logprobs'));
  return {
    ...readRequestOptions(fields),
    prompt: fields.string('prompt') ?? '',
    suffix: fields.string('suffix') ?? '',
    stop: readStop(fields.value('stop')),
    maxTokens: fields.integer('max_tokens'),
    ...readSampling((name) => fields.value(name)),
  };
}

/**
 * Translates a decoded body for the model that its name was resolved to.
 * @returns `undefined` when the model is only to be loaded
 * @throws ChatError `badRequest` for a suffix: Claude does not support fill-in-the-middle completion
 */
export function translateCompletion(body: CompletionBody, entry: CatalogEntry): ChatRequest | undefined {
  if (body.suffix !== '') {
    throw badRequest(`registry.ollama.ai/library/${entry.name} does not support insert`);
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
    ...readLimit(body.maxTokens),
    ...(body.sampling === undefined ? {} : { sampling: body.sampling }),
  };
}
