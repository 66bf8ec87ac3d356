/** What a request may ask of the model besides its conversation: thinking, effort, the form of the answer. */
import type { Model } from '../../core/backend.js';
import type { Effort, ResponseFormat, Thinking } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { type Fields, isObject } from '../json/fields.js';

/** How the model is to answer. */
export interface GenerationOptions {
  readonly showThinking: boolean;
  readonly effort: Effort | undefined;
  readonly format: ResponseFormat | undefined;
}

/** Efforts by which a wanted one is met, the best first; a model may lack the highest. */
const EFFORTS: Readonly<Record<Effort, readonly Effort[]>> = {
  low: ['low'],
  medium: ['medium'],
  high: ['high'],
  xhigh: ['xhigh', 'max', 'high'],
  max: ['max', 'xhigh', 'high'],
};

function readEffort(value: string | undefined): Effort | undefined {
  if (value === undefined || value === '') return undefined;
  if (Object.hasOwn(EFFORTS, value)) return value as Effort;
  const known = Object.keys(EFFORTS).join(', ');
  throw new ChatError('badRequest', `output_config.effort: ${JSON.stringify(value)} is none of ${known}`);
}

function readFormat(value: Json | undefined): ResponseFormat | undefined {
  if (!isObject(value) || value['type'] !== 'json_schema') return undefined;
  const { schema } = value;
  return isObject(schema) ? { type: 'schema', schema } : { type: 'json' };
}

/**
 * Reads `thinking` and `output_config`. Thinking is shown only to those who ask for it, as Anthropic does: its clients
 * take the first block of an answer for its text. A budget of thinking tokens is accepted; how long the model thinks is
 * the effort's business.
 * @throws ChatError `badRequest`
 */
export function readGenerationOptions(fields: Fields): GenerationOptions {
  const thinking = fields.fields('thinking', 'anthropic.ThinkingConfig');
  thinking?.integer('budget_tokens');
  const type = thinking?.string('type');
  const output = fields.fields('output_config', 'anthropic.OutputConfig');
  return {
    showThinking: (type === 'enabled' || type === 'adaptive') && thinking?.string('display') !== 'omitted',
    effort: readEffort(output?.string('effort')),
    format: readFormat(output?.any('format') ?? fields.any('output_format')),
  };
}

/** What that means for a model. What it cannot do is left out rather than refused, which is Ollama's rule here. */
export function thinkingFor({ showThinking, effort }: GenerationOptions, model: Model): Thinking {
  const show = showThinking && model.thinking;
  const met = effort === undefined ? undefined : EFFORTS[effort].find((one) => model.efforts.includes(one));
  return met === undefined ? { show } : { show, effort: met };
}
