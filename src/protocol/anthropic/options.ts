/** The generation options of `/v1/messages`: thinking, effort and the format of the answer. */
import type { Model } from '../../core/backend.js';
import type { Effort, ResponseFormat, Sampling, Thinking } from '../../core/chat.js';
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { type Fields, isObject } from '../json/fields.js';
import { readAnswerSchema } from '../json/schemaField.js';
import { readSampling } from '../sampling.js';
import { textOf } from './values.js';

export interface GenerationOptions {
  readonly thinking: 'on' | 'off' | undefined;
  readonly showThinking: boolean;
  readonly effort: Effort | undefined;
  readonly format: ResponseFormat | undefined;
  readonly sampling?: Sampling;
}

/** The efforts that can stand in for a requested one, the best match first. A model may lack the highest ones. */
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
  throw badRequest(`output_config.effort: ${JSON.stringify(value)} is not one of ${known}`);
}

/** The type `text` is the default of other APIs. */
function readFormat(value: Json | undefined): ResponseFormat | undefined {
  if (!isObject(value) || value['type'] === undefined || value['type'] === 'text') return undefined;
  if (value['type'] !== 'json_schema') {
    const type = JSON.stringify(textOf(value['type']));
    throw badRequest(`The output format ${type} is not supported. Use json_schema, or no format.`);
  }
  return readAnswerSchema(value['schema']);
}

/**
 * Reads `thinking` and `output_config`. Thinking is shown only on request, as in Anthropic's API: its clients take the
 * first block of an answer for text. A budget of thinking tokens is accepted and ignored, because the effort decides how
 * long the model thinks.
 * @param laterEffort set by a message within the conversation; it replaces the effort of `output_config`
 * @throws ChatError `badRequest` for an unknown effort or format, or with Go's message for a wrong type
 */
export function readGenerationOptions(fields: Fields, laterEffort?: string): GenerationOptions {
  const thinking = fields.fields('thinking', 'anthropic.ThinkingConfig');
  thinking?.integer('budget_tokens');
  const type = thinking?.string('type');
  const output = fields.fields('output_config', 'anthropic.OutputConfig');
  const asked = type === 'enabled' || type === 'adaptive';
  return {
    thinking: asked ? 'on' : type === 'disabled' ? 'off' : undefined,
    showThinking: asked && thinking?.string('display') !== 'omitted',
    effort: readEffort(laterEffort ?? output?.string('effort')),
    format: readFormat(output?.value('format') ?? fields.value('output_format')),
    ...readSampling((name) => fields.value(name)),
  };
}

/** The thinking of a model for these options. As in Ollama, options that the model lacks are ignored, not refused. */
export function thinkingFor(options: GenerationOptions, model: Model): Thinking {
  const { showThinking, effort, thinking } = options;
  const show = showThinking && model.thinking;
  const mode = thinking === 'off' || model.thinking ? thinking : undefined;
  const candidates = effort === undefined ? [] : EFFORTS[effort];
  const found = candidates.find((candidate) => model.efforts.includes(candidate));
  return {
    ...(mode === undefined ? {} : { mode }),
    show,
    ...(found === undefined ? {} : { effort: found }),
  };
}
