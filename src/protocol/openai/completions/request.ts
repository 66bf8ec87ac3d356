/** Requests of `/v1/completions`: prompts instead of a conversation. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, Sampling } from '../../../core/chat.js';
import { badRequest } from '../../../core/errors.js';
import { withStoredOptions } from '../../../core/storedModel.js';
import type { Json } from '../../../core/json.js';
import type { Fields } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { readSampling } from '../../sampling.js';
import { type ChoiceCount, readChoices } from '../choices.js';
import { CodedError } from '../errors.js';
import { readLimit, readStop } from '../options.js';
import { readRequestOptions, type RequestOptions } from '../request.js';
import { refuseUnsupported, UNSUPPORTED_IN_COMPLETIONS } from '../unsupportedFields.js';

/** A body of `/v1/completions` with checked types. */
export interface CompletionBody extends RequestOptions {
  /** Empty: only load the model. */
  readonly prompts: readonly string[];
  readonly count: ChoiceCount;
  readonly suffix: string;
  readonly stop: readonly string[];
  readonly maxTokens: number | undefined;
  readonly sampling?: Sampling;
}

/**
 * Reads `prompt`: a string, or a list of strings. Nothing but one empty string counts as no prompt.
 * @throws CodedError 400 for tokens, and for an empty prompt among others
 */
function readPrompts(fields: Fields): string[] {
  const value = fields.value('prompt');
  const listed: readonly Json[] = Array.isArray(value)
    ? (value as readonly Json[])
    : [fields.text('prompt') ?? ''];
  const prompts = listed.map((prompt) => {
    if (typeof prompt === 'string') return prompt;
    throw new CodedError(
      'unsupported_value',
      'prompt',
      'A prompt of tokens is not supported: Claude has other tokens. Send the prompt as text.',
    );
  });
  if (prompts.length === 1 && prompts[0] === '') return [];
  const empty = prompts.indexOf('');
  if (empty < 0) return prompts;
  throw new CodedError('invalid_value', 'prompt', `prompt[${empty}] is empty. Send text in every prompt.`);
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeCompletion(fields: Fields): CompletionBody {
  refuseUnsupported(fields, UNSUPPORTED_IN_COMPLETIONS);
  checkTopLogprobs(fields.integer('logprobs'));
  const prompts = readPrompts(fields);
  return {
    ...readRequestOptions(fields),
    prompts,
    count: readChoices(fields, Math.max(prompts.length, 1)),
    suffix: fields.text('suffix') ?? '',
    stop: readStop(fields.value('stop')),
    maxTokens: fields.integer('max_tokens'),
    ...readSampling((name) => fields.value(name)),
  };
}

/**
 * Translates a decoded body for the model that its name was resolved to.
 * @returns one chat for each choice; none when the model is only to be loaded
 * @throws ChatError `badRequest` for a suffix: Claude does not support fill-in-the-middle completion
 */
export function translateCompletion(body: CompletionBody, entry: CatalogEntry): ChatRequest[] {
  if (body.suffix !== '') {
    throw badRequest(`registry.ollama.ai/library/${entry.name} does not support insert`);
  }
  return body.prompts.flatMap((prompt) => {
    const request: ChatRequest = {
      lane: entry.lane,
      model: entry.model.value,
      system: entry.stored?.system ?? '',
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      tools: [],
      thinking: { show: false },
      ...withStoredOptions(
        {
          stop: body.stop,
          ...readLimit(body.maxTokens),
          ...(body.sampling === undefined ? {} : { sampling: body.sampling }),
        },
        entry.stored,
      ),
    };
    return Array.from({ length: body.count.perPrompt }, () => request);
  });
}
