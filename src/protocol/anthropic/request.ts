/**
 * Requests of `/v1/messages`. Decoding is one step and translating another, because Ollama looks the model up between
 * them: which of several errors wins depends on that order.
 */
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { fieldsOf, parseBody, type Place, typeError } from '../json/fields.js';
import { type Offer, offerTools } from '../../core/toolChoice.js';
import { type Conversation, readConversation, type WireMessage } from './messages.js';
import { type GenerationOptions, readGenerationOptions, thinkingFor } from './options.js';
import { readTool, readToolChoice } from './tools.js';

const EMPTY_BODY = 'EOF';
const STRUCT = 'MessagesRequest';

/** A body of `/v1/messages` with its blocks checked. */
export interface MessagesBody {
  /** As the client typed it. */
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly conversation: Conversation;
  readonly offer: Offer;
  readonly manner: GenerationOptions;
}

function refused(message: string): ChatError {
  return new ChatError('badRequest', message);
}

function readMessage(value: Json, place: Place): WireMessage {
  const message = fieldsOf(value, place, 'anthropic.MessageParam');
  return { role: (message.string('role') ?? '').toLowerCase(), content: message.any('content') };
}

function readStop(value: Json, place: Place): string {
  if (value !== null && typeof value !== 'string') throw typeError(value, place, 'string');
  return value ?? '';
}

/**
 * Decodes a body of `/v1/messages`.
 * @throws ChatError `badRequest` in Ollama's words and in Ollama's order
 */
export function decodeMessages(text: string): MessagesBody {
  const fields = fieldsOf(parseBody(text, EMPTY_BODY), { root: STRUCT, path: '' }, `anthropic.${STRUCT}`);
  const model = fields.string('model') ?? '';
  const maxTokens = fields.integer('max_tokens') ?? 0;
  const wire = fields.list('messages', '[]anthropic.MessageParam', readMessage);
  const stream = fields.boolean('stream') ?? false;
  const stop = fields.list('stop_sequences', '[]string', readStop).filter((sequence) => sequence !== '');
  const tools: readonly ToolSpec[] = fields.list('tools', '[]anthropic.Tool', readTool);
  const choice = readToolChoice(fields.fields('tool_choice', 'anthropic.ToolChoice'));
  const manner = readGenerationOptions(fields);
  if (model === '') throw refused('model is required');
  if (maxTokens <= 0) throw refused('max_tokens is required and must be positive');
  if (wire.length === 0) throw refused('messages is required');
  const conversation = readConversation(fields.any('system'), wire);
  return { model, stream, maxTokens, stop, conversation, offer: offerTools(tools, choice), manner };
}

/** Translates a decoded body for the model that its name resolved to. */
export function translateMessages(body: MessagesBody, entry: CatalogEntry): ChatRequest {
  const { conversation, offer, manner } = body;
  const { system, messages } = conversation;
  return {
    lane: entry.lane,
    model: entry.model.value,
    system: [system, offer.instruction ?? ''].filter((text) => text !== '').join('\n\n'),
    messages,
    tools: offer.tools,
    ...(manner.format === undefined ? {} : { format: manner.format }),
    thinking: thinkingFor(manner, entry.model),
    stop: body.stop,
    maxTokens: body.maxTokens,
  };
}
