/** Requests of `/v1/completions`: a prompt instead of a conversation. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, Sampling } from '../../../core/chat.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { bodyFields, type Fields } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { readSampling } from '../../sampling.js';
import { CodedError } from '../errors.js';
import { readLimit, readStop } from '../options.js';
import { readRequestOptions, type RequestOptions } from '../request.js';
import { refuseUnsupported, UNSUPPORTED_IN_COMPLETIONS } from '../unsupportedFields.js';

/** A body of `/v1/completions` with checked types. */
export interface CompletionBody extends RequestOptions {
  /** Empty: only load the model. */
  readonly prompt: string;
  readonly suffix: string;
  readonly stop: readonly string[];
  readonly maxTokens: number | undefined;
  readonly sampling?: Sampling;
}

/**
 * Reads `prompt`: a string, or a list with one string.
 * @throws ChatError `badRequest` for several prompts, which need several answers, and for tokens
 */
function readPrompt(fields: Fields): string {
  const prompt = fields.value('prompt');
  if (!Array.isArray(prompt)) return fields.text('prompt') ?? '';
  const [only = '', ...others] = prompt as readonly Json[];
  if (typeof only !== 'string') {
    throw new CodedError(
      'unsupported_value',
      'prompt',
      'A prompt of tokens is not supported: Claude has other tokens. Send the prompt as text.',
    );
  }
  if (others.length === 0) return only;
  throw new CodedError(
    'unsupported_value',
    'prompt',
    'Several prompts in one request are not supported. Send one request for each prompt.',
  );
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeCompletion(text: string): CompletionBody {
  const fields = bodyFields(text, 'openai.CompletionRequest');
  refuseUnsupported(fields, UNSUPPORTED_IN_COMPLETIONS);
  checkTopLogprobs(fields.integer('logprobs'));
  return {
    ...readRequestOptions(fields),
    prompt: readPrompt(fields),
    suffix: fields.text('suffix') ?? '',
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
