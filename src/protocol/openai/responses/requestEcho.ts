/** The fields of a response that repeat its request. */
import type { Json, JsonObject } from '../../../core/json.js';
import { type Fields, isObject } from '../../json/fields.js';

/**
 * The fields with OpenAI's defaults for absent ones. What is not honored (`store`, `truncation`, `service_tier`) has the value
 * that is true here.
 */
export function echoOf(fields: Fields): JsonObject {
  const valueOr = (name: string, fallback: Json): Json => fields.value(name) ?? fallback;
  // These options may have no effect, so a wrong type is not refused. But clients expect a number in the reply.
  const numberOr = (name: string, fallback: number): number => {
    const found = fields.value(name);
    return typeof found === 'number' && Number.isFinite(found) ? found : fallback;
  };
  const reasoning = fields.value('reasoning');
  return {
    background: false,
    frequency_penalty: 0,
    instructions: valueOr('instructions', null),
    max_output_tokens: valueOr('max_output_tokens', null),
    max_tool_calls: null,
    metadata: valueOr('metadata', {}),
    parallel_tool_calls: valueOr('parallel_tool_calls', true),
    presence_penalty: 0,
    previous_response_id: null,
    prompt_cache_key: valueOr('prompt_cache_key', null),
    reasoning: { effort: null, summary: null, ...(isObject(reasoning) ? reasoning : {}) },
    safety_identifier: valueOr('safety_identifier', null),
    service_tier: 'default',
    store: false,
    temperature: numberOr('temperature', 1),
    text: { format: { type: 'text' }, ...fields.object('text', 'openai.ResponsesText') },
    tool_choice: valueOr('tool_choice', 'auto'),
    tools: valueOr('tools', []),
    top_logprobs: 0,
    top_p: numberOr('top_p', 1),
    truncation: 'disabled',
  };
}
