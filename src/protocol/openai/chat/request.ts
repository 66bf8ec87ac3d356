/**
 * Requests of `/v1/chat/completions`. Decoding is one step and translating another, because Ollama looks the model up
 * between them: which of several errors wins depends on that order.
 */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ResponseFormat, ToolSpec } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { type Fields, fieldsOf, isObject, parseBody, type Place } from '../../json/fields.js';
import { offerTools } from '../../../core/toolChoice.js';
import { readContent } from '../content.js';
import {
  type CallEntry,
  type Content,
  type Conversation,
  type Entry,
  toConversation,
} from '../../../core/conversation.js';
import { readFormat, readLimit, readReasoning, readStop, type Reasoning, thinkingFor } from '../options.js';
import { createArgumentsReader, type ReadArguments, readToolChoice, toolSpec } from '../tools.js';

const EMPTY_BODY = 'EOF';

/**
 * The fields of a body of that Go struct.
 * @throws ChatError `badRequest` in Go's words
 */
export function bodyFields(text: string, struct: string): Fields {
  return fieldsOf(parseBody(text, EMPTY_BODY), { root: struct, path: '' }, `openai.${struct}`);
}

/** What an answer needs to know of its request, whatever its route. */
export interface RequestOptions {
  /** As the client typed it; may be empty. */
  readonly model: string;
  readonly stream: boolean;
  /** Whether a stream also tells the counts of tokens. */
  readonly includeUsage: boolean;
}

/** `model`, `stream` and `stream_options`. */
export function readRequestOptions(fields: Fields): RequestOptions {
  const streaming = fields.fields('stream_options', 'openai.StreamOptions');
  return {
    model: fields.string('model') ?? '',
    stream: fields.boolean('stream') ?? false,
    includeUsage: streaming?.boolean('include_usage') ?? false,
  };
}

/** A body of `/v1/chat/completions` with its types checked. */
export interface ChatBody extends RequestOptions, Translatable {}

/** What both families of chats ask for. */
export interface Translatable {
  readonly conversation: Conversation;
  readonly tools: readonly ToolSpec[];
  readonly format: ResponseFormat | undefined;
  readonly reasoning: Reasoning | undefined;
  readonly stop: readonly string[];
  readonly limit: number | undefined;
}

function readCall(value: Json, place: Place, readArguments: ReadArguments): CallEntry {
  const call = fieldsOf(value, place, 'openai.ToolCall');
  const called = call.fields('function', 'struct');
  return {
    id: call.string('id') ?? '',
    name: called?.string('name') ?? '',
    arguments: readArguments(called?.string('arguments') ?? ''),
  };
}

function readMessage(value: Json, place: Place, readArguments: ReadArguments): Entry {
  const message = fieldsOf(value, place, 'openai.Message');
  const role = (message.string('role') ?? '').toLowerCase();
  const calls = message.list('tool_calls', '[]openai.ToolCall', (call, at) =>
    readCall(call, at, readArguments),
  );
  const given = message.any('content');
  const content: Content = given === undefined && calls.length > 0 ? [] : readContent(given);
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', content };
    case 'assistant':
      return { role: 'assistant', content, calls };
    case 'tool':
      return {
        role: 'result',
        callId: message.string('tool_call_id') ?? '',
        name: message.string('name') ?? '',
        content,
      };
    default:
      return { role: 'user', content };
  }
}

/** A tool, unless it is of a kind that only OpenAI itself runs. */
function readTool(value: Json, place: Place): ToolSpec | undefined {
  const tool = fieldsOf(value, place, 'api.Tool');
  const described = tool.fields('function', 'api.ToolFunction');
  if (described === undefined && (tool.string('type') ?? 'function') !== 'function') return undefined;
  return toolSpec(described, 'api.ToolFunctionParameters');
}

function readEffort(fields: Fields): Reasoning | undefined {
  const nested = fields.fields('reasoning', 'openai.Reasoning')?.string('effort');
  return readReasoning(nested ?? fields.string('reasoning_effort'));
}

/**
 * Decodes a body of `/v1/chat/completions`.
 * @throws ChatError `badRequest`, mostly in Ollama's words
 */
export function decodeChat(text: string): ChatBody {
  const fields = bodyFields(text, 'ChatCompletionRequest');
  const wishes = readRequestOptions(fields);
  const readArguments = createArgumentsReader();
  const entries = fields.list('messages', '[]openai.Message', (message, place) =>
    readMessage(message, place, readArguments),
  );
  if (entries.length === 0) throw new ChatError('badRequest', "[] is too short - 'messages'");
  const tools = fields.list('tools', 'api.Tools', readTool).filter((tool) => tool !== undefined);
  const offer = offerTools(tools, readToolChoice(fields.any('tool_choice')));
  return {
    ...wishes,
    conversation: toConversation(entries, { last: offer.instruction }),
    tools: offer.tools,
    format: readFormat(fields.any('response_format')),
    reasoning: readEffort(fields),
    stop: readStop(fields.any('stop'), false),
    limit: fields.integer('max_completion_tokens') ?? fields.integer('max_tokens'),
  };
}

/** Translates a decoded body for the model that its name resolved to. */
export function translateChat(body: Translatable, entry: CatalogEntry): ChatRequest {
  const { format } = body;
  return {
    lane: entry.lane,
    model: entry.model.value,
    ...body.conversation,
    tools: body.tools,
    ...(format === undefined ? {} : { format }),
    thinking: thinkingFor(body.reasoning, entry.model),
    stop: body.stop,
    ...readLimit(body.limit),
  };
}

/** A body of `/v1/embeddings`, which is only looked at for what is wrong with it. */
export function decodeEmbeddings(text: string): { readonly model: string } {
  const fields = bodyFields(text, 'EmbedRequest');
  const format = fields.string('encoding_format') ?? '';
  if (!['', 'float', 'base64'].includes(format.toLowerCase())) {
    throw new ChatError(
      'badRequest',
      `Invalid value for 'encoding_format' = ${format}. Supported values: ['float', 'base64'].`,
    );
  }
  const input = fields.any('input');
  if (input === undefined || (Array.isArray(input) && input.length === 0) || isObject(input)) {
    throw new ChatError('badRequest', 'invalid input');
  }
  return { model: fields.string('model') ?? '' };
}
