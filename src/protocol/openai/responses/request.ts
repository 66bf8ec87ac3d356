/** Requests of `/v1/responses`. Nothing is stored, so every request must contain the whole conversation. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../../core/chat.js';
import { toConversation } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { applyToolChoice } from '../../../core/toolChoice.js';
import { bodyFields, type FieldPath, type Fields, fieldsOf, isObject } from '../../json/fields.js';
import { CodedError } from '../errors.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { readSampling } from '../../sampling.js';
import { readFormat, readReasoning } from '../options.js';
import { type DecodedChat, toChatRequest } from '../request.js';
import { readToolChoice, readToolSpec } from '../tools.js';
import { readInput } from './inputItems.js';

/** A body of `/v1/responses` with checked types. The route has no stop sequences. */
export interface ResponsesBody extends Omit<DecodedChat, 'stop'> {
  readonly model: string;
  readonly stream: boolean;
  /** The fields of the response that repeat its request. */
  readonly echo: JsonObject;
}

/** A function; `undefined` for other kinds of tools, which only OpenAI's servers run. */
function readTool(value: Json, at: FieldPath): ToolSpec | undefined {
  const tool = fieldsOf(value, at, 'openai.ResponsesTool');
  return tool.string('type') === 'function' ? readToolSpec(tool, 'map[string]interface {}') : undefined;
}

/**
 * Refuses a request that continues a stored conversation, because it contains only the new part. After OpenAI's error for
 * an unknown previous response, clients send the whole conversation.
 */
function refuseStoredConversation(fields: Fields): void {
  const previous = fields.string('previous_response_id') ?? '';
  if (previous !== '') {
    throw new CodedError(
      'previous_response_not_found',
      'previous_response_id',
      `Previous response with id '${previous}' not found: responses are not stored, send the whole conversation.`,
    );
  }
  const conversation = fields.value('conversation');
  if (conversation !== undefined && conversation !== '') {
    throw badRequest('Conversations are not stored: send the whole conversation as input.');
  }
}

/** The fields of a response that repeat its request, with OpenAI's defaults for absent ones. */
function echoOf(fields: Fields): JsonObject {
  const valueOr = (name: string, fallback: Json): Json => fields.value(name) ?? fallback;
  // These options have no effect, so a wrong type is not refused. But clients expect a number in the reply.
  const numberOr = (name: string, fallback: number): number => {
    const found = fields.value(name);
    return typeof found === 'number' && Number.isFinite(found) ? found : fallback;
  };
  const reasoning = fields.value('reasoning');
  return {
    instructions: valueOr('instructions', null),
    max_output_tokens: valueOr('max_output_tokens', null),
    max_tool_calls: null,
    metadata: valueOr('metadata', {}),
    parallel_tool_calls: valueOr('parallel_tool_calls', true),
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...(isObject(reasoning) ? reasoning : {}) },
    store: false,
    temperature: numberOr('temperature', 1),
    text: { format: { type: 'text' }, ...fields.object('text', 'openai.ResponsesText') },
    tool_choice: valueOr('tool_choice', 'auto'),
    tools: valueOr('tools', []),
    top_p: numberOr('top_p', 1),
    truncation: valueOr('truncation', 'disabled'),
  };
}

/** @throws ChatError `badRequest`, mostly with Ollama's message */
export function decodeResponses(text: string): ResponsesBody {
  const fields = bodyFields(text, 'openai.ResponsesRequest');
  const model = fields.string('model') ?? '';
  if (model === '') throw badRequest('model is required');
  refuseStoredConversation(fields);
  checkTopLogprobs(fields.integer('top_logprobs'));
  const entries = readInput(fields.value('input'));
  const tools = fields.list('tools', '[]openai.ResponsesTool', readTool).filter((tool) => tool !== undefined);
  const single = fields.boolean('parallel_tool_calls') === false;
  const offeredTools = applyToolChoice(tools, { ...readToolChoice(fields.value('tool_choice')), single });
  return {
    model,
    stream: fields.boolean('stream') ?? false,
    conversation: toConversation(entries, { first: fields.string('instructions') }),
    offeredTools,
    format: readFormat(fields.fields('text', 'openai.ResponsesText')?.value('format')),
    reasoning: readReasoning(fields.fields('reasoning', 'openai.ResponsesReasoning')?.string('effort')),
    ...readSampling((name) => fields.value(name)),
    maxTokens: fields.integer('max_output_tokens'),
    echo: echoOf(fields),
  };
}

/** Translates a decoded body for the model that its name was resolved to. */
export function translateResponses(body: ResponsesBody, entry: CatalogEntry): ChatRequest {
  return toChatRequest({ ...body, stop: [] }, entry);
}
