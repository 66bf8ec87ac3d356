/** The generation options of Ollama's native routes: `options`, `format` and `think`. */
import type { Model } from '../../core/backend.js';
import type { Effort, ResponseFormat, Sampling, Thinking } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { parseObject } from '../json/schemaField.js';
import { checkLength, stopsOf } from '../requestLimits.js';
import { numberOfText, readSampling } from '../sampling.js';
import { OllamaStatusError } from './errors.js';

type OptionType = 'integer' | 'float32' | 'boolean' | 'array';

/** Ollama's options (`Options` in api/types.go). Those that have no counterpart in Claude are checked and then ignored. */
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

/**
 * The value as its type, where it has another form with the same meaning: numbers and booleans as text, one string for a list.
 * Interfaces in which users type options send them so.
 */
function coerced(value: Json, type: OptionType): Json {
  if (typeof value !== 'string') return value;
  switch (type) {
    case 'integer':
    case 'float32':
      return numberOfText(value) ?? value;
    case 'boolean':
      return value === 'true' || value === 'false' ? value === 'true' : value;
    case 'array':
      return [value];
  }
}

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

/** The options that Claude supports. */
export interface SupportedOptions {
  readonly stop: readonly string[];
  readonly maxTokens?: number;
  readonly sampling?: Sampling;
}

/**
 * Checks `options` and returns those that Claude supports. Unknown options are ignored: clients send private ones.
 * @throws OllamaStatusError 500 with Ollama's message for a known option of a wrong type
 */
export function readOptions(sent: JsonObject): SupportedOptions {
  const options: Record<string, Json> = {};
  for (const [name, sentValue] of Object.entries(sent)) {
    const type = OPTION_TYPES.get(name);
    if (type === undefined || sentValue === null) continue;
    const value = coerced(sentValue, type);
    options[name] = value;
    if (!hasType(value, type)) {
      throw new OllamaStatusError(500, `option ${JSON.stringify(name)} must be of type ${type}`);
    }
  }
  const value = options['stop'] ?? [];
  const stop = Array.isArray(value) ? (value as readonly Json[]) : [];
  if (!stop.every((text) => typeof text === 'string')) {
    throw new OllamaStatusError(500, 'option "stop" must be of an array of strings');
  }
  // A number beyond JavaScript's range becomes Infinity, which is no limit.
  const limit = options['num_predict'];
  return {
    stop: stopsOf(stop),
    ...(typeof limit === 'number' && Number.isFinite(limit) && limit >= 1
      ? { maxTokens: Math.trunc(limit) }
      : {}),
    ...readSampling((name) => options[name]),
  };
}

/**
 * Reads `format`. Absent, null and the empty string mean any text. A schema may be JSON text.
 * @throws OllamaStatusError 500 with Ollama's message (llm/llama_server.go)
 */
export function readFormat(format: Json | undefined): ResponseFormat | undefined {
  if (format === undefined || format === null || format === '') return undefined;
  if (format === 'json') return { type: 'json' };
  const schema = typeof format === 'string' ? parseObject(format) : format;
  if (isObject(schema)) return { type: 'schema', schema };
  if (typeof format === 'string') checkLength('The field "format"', format);
  const quoted = JSON.stringify(JSON.stringify(format));
  throw new OllamaStatusError(
    500,
    `invalid format: ${quoted}; expected "json" or a valid JSON Schema object`,
  );
}

/** `think` as the client sent it. A string is a level, and may be unknown. */
export type Think = boolean | string;

/**
 * Reads `think` (`ThinkValue` in types/model/thinking.go).
 * @throws ChatError `badRequest` with Ollama's message
 */
export function readThink(value: Json | undefined): Think | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    checkLength('The field "think"', value);
    return value;
  }
  throw badRequest('think must be a boolean or string');
}

/** The levels that Ollama takes with every model (`ValidateLegacyThinking` in api/types.go), in the order of its message. */
const COMMON_LEVELS: readonly Effort[] = ['high', 'medium', 'low', 'max'];

/**
 * The effort of a level: one that Ollama takes with every model, or one of the model's own, which `/api/show` names.
 * @throws ChatError `badRequest` with Ollama's message for another level
 */
function effortOf(level: string, model: Model): Effort {
  const levels = [...new Set([...COMMON_LEVELS, ...model.efforts])];
  const effort = levels.find((known) => known === level);
  if (effort !== undefined) return effort;
  const choices = levels.map((known) => JSON.stringify(known)).join(', ');
  throw badRequest(`invalid think value: ${JSON.stringify(level)} (must be ${choices}, true, or false)`);
}

/**
 * The thinking of a model for a value of `think`. As in Ollama, an absent value means that thinking is shown if the model
 * can think. Of the levels that are taken with every model, one that this model does not have is ignored.
 * @param requestedName the client's string for the model, for the error message
 * @throws ChatError `badRequest` for an unknown level, and when the client requests thinking from a model that cannot think
 */
export function thinkingFor(think: Think | undefined, model: Model, requestedName: string): Thinking {
  const effort = typeof think === 'string' ? effortOf(think, model) : undefined;
  if (think !== undefined && think !== false && !model.thinking) {
    throw badRequest(`${JSON.stringify(requestedName)} does not support thinking`);
  }
  if (think === undefined) return { show: model.thinking };
  if (think === false) return { mode: 'off', show: false };
  const known = effort !== undefined && model.efforts.includes(effort);
  return { mode: 'on', show: true, ...(known ? { effort } : {}) };
}
