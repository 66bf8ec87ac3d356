/** What a request may ask of the model besides its conversation: length, stop sequences, format, reasoning. */
import type { Model } from '../../core/backend.js';
import type { Effort, ResponseFormat, Thinking } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { goTypeOf } from './content.js';

/**
 * `stop`: a string or several. Empty ones stop nothing.
 * @param strict whether anything else among them is refused, as it is on one route and not on the other
 * @throws ChatError `badRequest` in Ollama's words
 */
export function readStop(value: Json | undefined, strict: boolean): string[] {
  const listed: readonly Json[] =
    typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly Json[]) : [];
  const wrong = listed.find((stop) => typeof stop !== 'string');
  if (strict && wrong !== undefined) {
    throw new ChatError('badRequest', `invalid type for 'stop' field: ${goTypeOf(wrong)}`);
  }
  return listed.filter((stop) => typeof stop === 'string' && stop !== '') as string[];
}

/** A limit of tokens, as far as it is one. */
export function readLimit(limit: number | undefined): { readonly maxTokens?: number } {
  return limit !== undefined && limit >= 1 ? { maxTokens: limit } : {};
}

/**
 * `response_format`, or `text.format`, where the schema stands a level higher. Plain text and unknown formats ask for
 * nothing.
 */
export function readFormat(value: Json | undefined): ResponseFormat | undefined {
  if (!isObject(value)) return undefined;
  if (value['type'] === 'json_object') return { type: 'json' };
  if (value['type'] !== 'json_schema') return undefined;
  const holder = isObject(value['json_schema']) ? value['json_schema'] : value;
  const { schema } = holder;
  return isObject(schema) ? { type: 'schema', schema } : { type: 'json' };
}

/** A reasoning effort as clients name it. */
export type Reasoning = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'ultra' | 'max';

/** Efforts of ours by which a client's is met, the best first; a model may lack the highest. */
const EFFORTS: Readonly<Record<Reasoning, readonly Effort[]>> = {
  none: [],
  minimal: ['low'],
  low: ['low'],
  medium: ['medium'],
  high: ['high'],
  xhigh: ['xhigh', 'max', 'high'],
  ultra: ['max', 'xhigh', 'high'],
  max: ['max', 'xhigh', 'high'],
};

/**
 * @param value an effort; absent and empty leave it to the model
 * @throws ChatError `badRequest` in Ollama's words
 */
export function readReasoning(value: string | undefined): Reasoning | undefined {
  if (value === undefined || value === '') return undefined;
  if (Object.hasOwn(EFFORTS, value)) return value as Reasoning;
  throw new ChatError(
    'badRequest',
    `invalid reasoning value: ${JSON.stringify(value)} (must be "minimal", "low", "medium", "high", "xhigh", "ultra", "max", or "none")`,
  );
}

/**
 * What that means for a model. Not asked for means shown, which is Ollama's rule. Where a model cannot think, an effort
 * is ignored rather than refused: clients send one whatever the model is.
 */
export function thinkingFor(reasoning: Reasoning | undefined, model: Model): Thinking {
  const show = model.thinking && reasoning !== 'none';
  const wanted = reasoning === undefined ? [] : EFFORTS[reasoning];
  const effort = wanted.find((one) => model.efforts.includes(one));
  return effort === undefined ? { show } : { show, effort };
}
