/** Requests of `/v1/chat/completions`. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../../core/chat.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { applyToolChoice } from '../../../core/toolChoice.js';
import { type FieldPath, type Fields, fieldsOf, isObject } from '../../json/fields.js';
import { checkTopLogprobs } from '../../logprobs.js';
import { MESSAGES, TOOLS } from '../../requestLimits.js';
import { readSampling } from '../../sampling.js';
import { createArgumentsReader } from '../../toolArguments.js';
import { readToolSpec, unsupportedToolType } from '../../toolSpec.js';
import { type ChoiceCount, readChoices } from '../choices.js';
import { customToolSpec } from '../customTools.js';
import { readFormat, readReasoning, readStop, type Reasoning } from '../options.js';
import { type DecodedChat, readRequestOptions, type RequestOptions, toChatRequest } from '../request.js';
import { readToolChoice } from '../tools.js';
import { refuseUnsupported, UNSUPPORTED_IN_CHATS } from '../unsupportedFields.js';
import type { CallFormat } from './callFormat.js';
import { readMessage, requireQuestion } from './messages.js';

/** A body of `/v1/chat/completions` with checked types. */
export interface ChatBody extends RequestOptions, DecodedChat {
  readonly callFormat: CallFormat;
  readonly count: ChoiceCount;
}

/** A tool on offer, and whether it is a custom one. */
interface ChatTool {
  readonly spec: ToolSpec;
  readonly isCustom: boolean;
}

function readTool(value: Json, at: FieldPath): ChatTool {
  const tool = fieldsOf(value, at, 'api.Tool');
  const type = tool.string('type') ?? 'function';
  const nested = tool.fields('function', 'api.ToolFunction');
  if (nested !== undefined || type === 'function') {
    return { spec: readToolSpec(nested ?? tool, 'api.ToolFunctionParameters'), isCustom: false };
  }
  const custom = tool.fields('custom', 'openai.CustomTool');
  if (custom === undefined) throw unsupportedToolType(type);
  const name = custom.string('name') ?? '';
  const description = custom.text('description') ?? '';
  return { spec: customToolSpec({ name, description, format: custom.value('format') }), isCustom: true };
}

/** One element of `functions`, which OpenAI used before `tools`. */
function readFunction(value: Json, at: FieldPath): ToolSpec {
  return readToolSpec(fieldsOf(value, at, 'openai.Function'), 'api.ToolFunctionParameters');
}

function readOfferedTools(fields: Fields): Pick<ChatBody, 'offeredTools' | 'callFormat'> {
  const tools = fields.list('tools', 'api.Tools', readTool, TOOLS);
  const functions = fields.list('functions', '[]openai.Function', readFunction, TOOLS);
  const isLegacy = tools.length === 0 && functions.length > 0;
  // The older form has room for one call in each answer.
  const single = isLegacy || fields.boolean('parallel_tool_calls') === false;
  const choice = fields.value('tool_choice') ?? legacyChoice(fields.value('function_call'));
  const specs = [...tools.map(({ spec }) => spec), ...functions];
  return {
    offeredTools: applyToolChoice(specs, { ...readToolChoice(choice), single }),
    callFormat: {
      isLegacy,
      customTools: new Set(tools.filter(({ isCustom }) => isCustom).map(({ spec }) => spec.name)),
    },
  };
}

function legacyChoice(value: Json | undefined): Json | undefined {
  return isObject(value) ? { type: 'function', function: value } : value;
}

function readEffort(fields: Fields): Reasoning | undefined {
  const nested = fields.fields('reasoning', 'openai.Reasoning')?.string('effort');
  return readReasoning(nested ?? fields.string('reasoning_effort'));
}

/** @throws ChatError `badRequest`, mostly with Ollama's message */
export function decodeChat(fields: Fields): ChatBody {
  const options = readRequestOptions(fields);
  refuseUnsupported(fields, UNSUPPORTED_IN_CHATS);
  const readArguments = createArgumentsReader();
  const entries = fields.list(
    'messages',
    '[]openai.Message',
    (message, at) => readMessage(message, at, readArguments),
    MESSAGES,
  );
  if (entries.length === 0) throw badRequest("[] is too short - 'messages'");
  requireQuestion(fields);
  checkTopLogprobs(fields.integer('top_logprobs'));
  const { offeredTools, callFormat } = readOfferedTools(fields);
  return {
    ...options,
    entries: entries.flat(),
    offeredTools,
    callFormat,
    count: readChoices(fields),
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
