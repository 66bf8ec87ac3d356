/** Requests of `/v1/chat/completions`. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../../core/chat.js';
import { toConversation } from '../../../core/conversation.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { applyToolChoice } from '../../../core/toolChoice.js';
import { bodyFields, type FieldPath, type Fields, fieldsOf } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { readSampling } from '../../sampling.js';
import { readFormat, readReasoning, readStop, type Reasoning } from '../options.js';
import { type DecodedChat, readRequestOptions, type RequestOptions, toChatRequest } from '../request.js';
import { createArgumentsReader, readToolChoice, readToolSpec } from '../tools.js';
import { readMessage } from './messages.js';

/** A body of `/v1/chat/completions` with checked types. */
export interface ChatBody extends RequestOptions, DecodedChat {}

/** A tool; `undefined` for a kind that only OpenAI's servers run. */
function readTool(value: Json, at: FieldPath): ToolSpec | undefined {
  const tool = fieldsOf(value, at, 'api.Tool');
  const spec = tool.fields('function', 'api.ToolFunction');
  if (spec === undefined && (tool.string('type') ?? 'function') !== 'function') return undefined;
  return readToolSpec(spec, 'api.ToolFunctionParameters');
}

function readEffort(fields: Fields): Reasoning | undefined {
  const nested = fields.fields('reasoning', 'openai.Reasoning')?.string('effort');
  return readReasoning(nested ?? fields.string('reasoning_effort'));
}

/** @throws ChatError `badRequest`, mostly with Ollama's message */
export function decodeChat(text: string): ChatBody {
  const fields = bodyFields(text, 'openai.ChatCompletionRequest');
  const options = readRequestOptions(fields);
  const readArguments = createArgumentsReader();
  const entries = fields.list('messages', '[]openai.Message', (message, at) =>
    readMessage(message, at, readArguments),
  );
  if (entries.length === 0) throw badRequest("[] is too short - 'messages'");
  const tools = fields.list('tools', 'api.Tools', readTool).filter((tool) => tool !== undefined);
  checkTopLogprobs(fields.integer('top_logprobs'));
  const single = fields.boolean('parallel_tool_calls') === false;
  const offeredTools = applyToolChoice(tools, { ...readToolChoice(fields.value('tool_choice')), single });
  return {
    ...options,
    conversation: toConversation(entries),
    offeredTools,
    format: readFormat(fields.value('response_format')),
    reasoning: readEffort(fields),
    stop: readStop(fields.value('stop'), { ignoreWrongTypes: true }),
    ...readSampling((name) => fields.value(name)),
    maxTokens: fields.integer('max_completion_tokens') ?? fields.integer('max_tokens'),
  };
}

/** Translates a decoded body for the model that its name was resolved to. */
export function translateChat(body: ChatBody, entry: CatalogEntry): ChatRequest {
  return toChatRequest(body, entry);
}
