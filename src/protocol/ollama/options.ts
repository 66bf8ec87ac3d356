/** What a chat may ask of the model besides its conversation: `options`, `format`, `think`. */
import type { Model } from '../../core/backend.js';
import type { Effort, ResponseFormat, Thinking } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { OllamaStatusError } from './errors.js';

type OptionType = 'integer' | 'float32' | 'boolean' | 'array';

/** Ollama's options. Those that Claude has no counterpart for are checked and then ignored. */
const OPTION_TYPES = new Map<string, OptionType>([
  ['num_keep', 'integer'],
  ['seed', 'integer'],
  ['num_predict', 'integer'],
  ['top_k', 'integer'],
  ['top_p', 'float32'],
  ['min_p', 'float32'],
  ['typical_p', 'float32'],
  ['repeat_last_n', 'integer'],
  ['temperature', 'float32'],
  ['repeat_penalty', 'float32'],
  ['presence_penalty', 'float32'],
  ['frequency_penalty', 'float32'],
  ['stop', 'array'],
  ['num_ctx', 'integer'],
  ['num_batch', 'integer'],
  ['num_gpu', 'integer'],
  ['main_gpu', 'integer'],
  ['use_mmap', 'boolean'],
  ['num_thread', 'integer'],
  ['draft_num_predict', 'integer'],
]);

function hasType(value: Json, type: OptionType): boolean {
  switch (type) {
    case 'integer':
    case 'float32':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
  }
}

/** The options that Claude has. */
export interface Generation {
  readonly stop: readonly string[];
  readonly maxTokens?: number;
}

/**
 * Checks `options` and picks what Claude has. Unknown options are ignored: clients put private ones there.
 * @throws OddStatusError 500 in Ollama's words for a known option of a wrong type
 */
export function readOptions(options: JsonObject): Generation {
  for (const [name, value] of Object.entries(options)) {
    const type = OPTION_TYPES.get(name);
    if (type === undefined || value === null) continue;
    if (!hasType(value, type)) {
      throw new OllamaStatusError(500, `option ${JSON.stringify(name)} must be of type ${type}`);
    }
  }
  const listed = options['stop'] ?? [];
  const stop = Array.isArray(listed) ? (listed as readonly Json[]) : [];
  if (!stop.every((text) => typeof text === 'string')) {
    throw new OllamaStatusError(500, 'option "stop" must be of an array of strings');
  }
  // JSON has numbers beyond those of JavaScript; such a limit is none.
  const limit = options['num_predict'];
  return {
    stop: stop.filter((text) => text !== ''),
    ...(typeof limit === 'number' && Number.isFinite(limit) && limit >= 1
      ? { maxTokens: Math.trunc(limit) }
      : {}),
  };
}

/**
 * What `format` asks for; absent, null and the empty string ask for nothing.
 * @throws OddStatusError 500 in Ollama's words
 */
export function readFormat(format: Json | undefined): ResponseFormat | undefined {
  if (format === undefined || format === null || format === '') return undefined;
  if (format === 'json') return { type: 'json' };
  if (isObject(format)) return { type: 'schema', schema: format };
  const shown = JSON.stringify(JSON.stringify(format));
  throw new OllamaStatusError(500, `invalid format: ${shown}; expected "json" or a valid JSON Schema object`);
}

/** `think` as the client sent it. */
export type Think = boolean | 'low' | 'medium' | 'high' | 'max';

/**
 * @throws ChatError `badRequest` in Ollama's words
 */
export function readThink(value: Json | undefined): Think | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  const choices = '"high", "medium", "low", "max", true, or false';
  if (typeof value !== 'string') {
    throw new ChatError('badRequest', `think must be a boolean or string (${choices})`);
  }
  if (value === 'low' || value === 'medium' || value === 'high' || value === 'max') return value;
  throw new ChatError('badRequest', `invalid think value: ${JSON.stringify(value)} (must be ${choices})`);
}

/**
 * What that means for a model. Not asked for means shown where the model can think, which is Ollama's rule.
 * @param asked the client's string for the model, for the error's text
 * @throws ChatError `badRequest` when thinking is asked of a model that cannot think
 */
export function thinkingFor(think: Think | undefined, model: Model, asked: string): Thinking {
  if (think !== undefined && think !== false && !model.thinking) {
    throw new ChatError('badRequest', `${JSON.stringify(asked)} does not support thinking`);
  }
  const show = think === undefined ? model.thinking : think !== false;
  const effort: Effort | undefined = typeof think === 'string' ? think : undefined;
  return effort !== undefined && model.efforts.includes(effort) ? { show, effort } : { show };
}
