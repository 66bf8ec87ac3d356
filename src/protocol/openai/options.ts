/** The generation options of the OpenAI routes: stop sequences, token limit, format and reasoning. */
import type { Model } from '../../core/backend.js';
import type { Effort, ResponseFormat, Thinking } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { isObject } from '../json/fields.js';
import { goTypeOf } from '../json/goType.js';
import { stopsOf } from '../requestLimits.js';
import { readAnswerSchema } from '../json/schemaField.js';

/**
 * Reads `stop`: a string or a list of strings. Empty strings are left out.
 * @param options `ignoreWrongTypes`: leave out list elements that are not strings, as Ollama does in chats
 * @throws ChatError `badRequest` with Ollama's message
 */
export function readStop(
  value: Json | undefined,
  options: { readonly ignoreWrongTypes?: boolean } = {},
): string[] {
  const listed: readonly Json[] =
    typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly Json[]) : [];
  const wrong = listed.find((stop) => typeof stop !== 'string');
  if (wrong !== undefined && options.ignoreWrongTypes !== true) {
    throw badRequest(`invalid type for 'stop' field: ${goTypeOf(wrong)}`);
  }
  return stopsOf(listed.filter((stop) => typeof stop === 'string'));
}

/** The token limit of a request; a limit below 1 is ignored. */
export function readLimit(limit: number | undefined): { readonly maxTokens?: number } {
  return limit !== undefined && limit >= 1 ? { maxTokens: limit } : {};
}

/**
 * Reads `response_format` of a chat, or `text.format` of a response, where the schema is one level higher. Plain text and
 * unknown formats mean any text.
 * @throws ChatError `badRequest` if the schema is not an object
 */
export function readFormat(value: Json | undefined): ResponseFormat | undefined {
  if (!isObject(value)) return undefined;
  if (value['type'] === 'json_object') return { type: 'json' };
  if (value['type'] !== 'json_schema') return undefined;
  const { schema } = isObject(value['json_schema']) ? value['json_schema'] : value;
  return readAnswerSchema(schema);
}

/** A reasoning effort, as clients name it. */
export type Reasoning = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'ultra' | 'max';

/** The matching efforts of Claude, the best match first. A model may lack the highest ones. */
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
 * Reads a reasoning effort. Absent and empty values leave it to the model.
 * @throws ChatError `badRequest` with Ollama's message
 */
export function readReasoning(value: string | undefined): Reasoning | undefined {
  if (value === undefined || value === '') return undefined;
  if (Object.hasOwn(EFFORTS, value)) return value as Reasoning;
  throw badRequest(
    `invalid reasoning value: ${JSON.stringify(value)} (must be "minimal", "low", "medium", "high", "xhigh", "ultra", "max", or "none")`,
  );
}

/**
 * The thinking of a model for a reasoning effort. As in Ollama, thinking is shown unless the client asks for none. An
 * effort is ignored for a model that cannot think: clients send one for every model.
 */
export function thinkingFor(reasoning: Reasoning | undefined, model: Model): Thinking {
  if (reasoning === 'none') return { mode: 'off', show: false };
  const show = model.thinking;
  const mode = show && reasoning !== undefined ? ({ mode: 'on' } as const) : {};
  const candidates = reasoning === undefined ? [] : EFFORTS[reasoning];
  const effort = candidates.find((candidate) => model.efforts.includes(candidate));
  return { ...mode, show, ...(effort === undefined ? {} : { effort }) };
}
