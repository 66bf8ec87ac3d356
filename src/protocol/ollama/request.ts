/**
 * The common fields of requests of `/api/chat` and `/api/generate`. Decoding a request and translating it are two steps,
 * because Ollama looks up the model between them. That order decides which of several errors is reported.
 */
import type { Json, JsonObject } from '../../core/json.js';
import { readKeepAlive } from '../json/duration.js';
import type { Fields } from '../json/fields.js';
import { checkTopLogprobs } from '../logprobs.js';
import { readThink, type Think } from './options.js';

/** The fields besides the model and the prompt. */
export interface RequestOptions {
  readonly stream: boolean;
  readonly format: Json | undefined;
  /** `undefined` when absent. */
  readonly keepAliveMs: number | undefined;
  readonly options: JsonObject;
  readonly think: Think | undefined;
}

/** @throws ChatError `badRequest` with Ollama's message */
export function readRequestOptions(fields: Fields): RequestOptions {
  const options: RequestOptions = {
    stream: fields.boolean('stream') ?? true,
    format: fields.value('format'),
    keepAliveMs: readKeepAlive(fields.value('keep_alive')),
    options: fields.object('options', 'map[string]interface {}') ?? {},
    think: readThink(fields.value('think')),
  };
  for (const flag of ['truncate', 'shift', 'logprobs']) fields.boolean(flag);
  checkTopLogprobs(fields.integer('top_logprobs'));
  return options;
}
