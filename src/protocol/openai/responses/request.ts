/** Requests of `/v1/responses`: a conversation as a list of items. Nothing is stored, so all of it comes each time. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ResponseFormat, ToolSpec } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { type Fields, fieldsOf, isObject, type Place } from '../../json/fields.js';
import { offerTools } from '../../../core/toolChoice.js';
import { readContent } from '../content.js';
import { type Conversation, type Entry, toConversation } from '../../../core/conversation.js';
import { CodedError } from '../errors.js';
import { readFormat, readReasoning, type Reasoning } from '../options.js';
import { bodyFields, translateChat } from '../chat/request.js';
import { createArgumentsReader, type ReadArguments, readToolChoice, toolSpec } from '../tools.js';

/** A body of `/v1/responses` with its types checked. */
export interface ResponsesBody {
  readonly model: string;
  readonly stream: boolean;
  readonly conversation: Conversation;
  readonly tools: readonly ToolSpec[];
  readonly format: ResponseFormat | undefined;
  readonly reasoning: Reasoning | undefined;
  readonly limit: number | undefined;
  /** What a response says about its request. */
  readonly echo: JsonObject;
}

const ROOT: Place = { root: 'ResponsesRequest', path: 'input' };

function readMessage(item: Fields): Entry {
  const content = readContent(item.any('content'));
  switch ((item.string('role') ?? '').toLowerCase()) {
    case 'system':
    case 'developer':
      return { role: 'system', content };
    case 'assistant':
      return { role: 'assistant', content, calls: [] };
    default:
      return { role: 'user', content };
  }
}

/** An item, unless it is one that Claude has no use for. */
function readItem(value: Json, index: number, readArguments: ReadArguments): Entry | undefined {
  const item = fieldsOf(value, ROOT, 'openai.ResponsesInputItem');
  const type = item.string('type') ?? (item.any('role') === undefined ? '' : 'message');
  switch (type) {
    case 'message':
      return readMessage(item);
    case 'function_call':
      return {
        role: 'assistant',
        content: [],
        calls: [
          {
            id: item.string('call_id') ?? '',
            name: item.string('name') ?? '',
            arguments: readArguments(item.string('arguments') ?? ''),
          },
        ],
      };
    case 'function_call_output':
      return {
        role: 'result',
        callId: item.string('call_id') ?? '',
        name: '',
        content: readContent(item.any('output') ?? ''),
      };
    // Thinking cannot be given back without its signature, and searches are OpenAI's own.
    case 'reasoning':
    case 'web_search_call':
      return undefined;
    default:
      throw new ChatError('badRequest', `input[${index}]: unknown input item type: ${JSON.stringify(type)}`);
  }
}

function readInput(input: Json | undefined): Entry[] {
  if (typeof input === 'string') return [{ role: 'user', content: readContent(input) }];
  if (!Array.isArray(input)) throw new ChatError('badRequest', 'input must be a string or a list of items');
  const readArguments = createArgumentsReader();
  return input
    .map((item: Json, index) => readItem(item, index, readArguments))
    .filter((entry) => entry !== undefined);
}

/** A function; tools of other kinds are for OpenAI to run, and are left out. */
function readTool(value: Json, place: Place): ToolSpec | undefined {
  const tool = fieldsOf(value, place, 'openai.ResponsesTool');
  return tool.string('type') === 'function' ? toolSpec(tool, 'map[string]interface {}') : undefined;
}

/**
 * A client that relies on a stored conversation has sent only a part of it. OpenAI's answer to an unknown one makes such
 * clients send all; going on without it would be an answer to something else.
 */
function refuseStored(fields: Fields): void {
  const previous = fields.string('previous_response_id') ?? '';
  if (previous !== '') {
    throw new CodedError(
      'previous_response_not_found',
      'previous_response_id',
      `Previous response with id '${previous}' not found: responses are not stored, send the whole conversation.`,
    );
  }
  const conversation = fields.any('conversation');
  if (conversation !== undefined && conversation !== '') {
    throw new ChatError('badRequest', 'Conversations are not stored: send the whole conversation as input.');
  }
}

/** The fields of a response that repeat its request, or tell what was not asked for. */
function echoOf(fields: Fields): JsonObject {
  const given = (name: string, otherwise: Json): Json => fields.any(name) ?? otherwise;
  // Neither is used, so that an odd one needs no refusal; but what stands in a reply is a number.
  const number = (name: string, otherwise: number): number => {
    const found = fields.any(name);
    return typeof found === 'number' && Number.isFinite(found) ? found : otherwise;
  };
  const reasoning = fields.any('reasoning');
  return {
    instructions: given('instructions', null),
    max_output_tokens: given('max_output_tokens', null),
    max_tool_calls: null,
    metadata: given('metadata', {}),
    parallel_tool_calls: given('parallel_tool_calls', true),
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...(isObject(reasoning) ? reasoning : {}) },
    store: false,
    temperature: number('temperature', 1),
    text: { format: { type: 'text' }, ...fields.object('text', 'openai.ResponsesText') },
    tool_choice: given('tool_choice', 'auto'),
    tools: given('tools', []),
    top_p: number('top_p', 1),
    truncation: given('truncation', 'disabled'),
  };
}

/**
 * Decodes a body of `/v1/responses`.
 * @throws ChatError `badRequest`, mostly in Ollama's words
 */
export function decodeResponses(text: string): ResponsesBody {
  const fields = bodyFields(text, 'ResponsesRequest');
  const model = fields.string('model') ?? '';
  if (model === '') throw new ChatError('badRequest', 'model is required');
  refuseStored(fields);
  const entries = readInput(fields.any('input'));
  const tools = fields.list('tools', '[]openai.ResponsesTool', readTool).filter((tool) => tool !== undefined);
  const offer = offerTools(tools, readToolChoice(fields.any('tool_choice')));
  return {
    model,
    stream: fields.boolean('stream') ?? false,
    conversation: toConversation(entries, {
      first: fields.string('instructions'),
      last: offer.instruction,
    }),
    tools: offer.tools,
    format: readFormat(fields.fields('text', 'openai.ResponsesText')?.any('format')),
    reasoning: readReasoning(fields.fields('reasoning', 'openai.ResponsesReasoning')?.string('effort')),
    limit: fields.integer('max_output_tokens'),
    echo: echoOf(fields),
  };
}

/** Translates a decoded body for the model that its name resolved to. */
export function translateResponses(body: ResponsesBody, entry: CatalogEntry): ChatRequest {
  return translateChat({ ...body, stop: [] }, entry);
}
