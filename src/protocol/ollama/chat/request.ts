/**
 * Requests of the native routes. Decoding is one step and translating another, because Ollama looks the model up
 * between them: which of several errors wins depends on that order.
 */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json.js';
import { readKeepAlive } from '../../json/duration.js';
import type { Fields } from '../../json/fields.js';
import { bodyFields } from '../body.js';
import { readConversation, readMessage, readTool, type WireMessage } from './messages.js';
import { readFormat, readOptions, readThink, type Think, thinkingFor } from '../options.js';

const MAX_TOP_LOGPROBS = 20;

/** What chats and prompts may ask for besides their words. */
export interface RequestOptions {
  readonly stream: boolean;
  readonly format: Json | undefined;
  /** `undefined` when the client does not say. */
  readonly keepAliveMs: number | undefined;
  readonly options: JsonObject;
  readonly think: Think | undefined;
}

/**
 * Reads the wishes.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function readRequestOptions(fields: Fields): RequestOptions {
  const wishes: RequestOptions = {
    stream: fields.boolean('stream') ?? true,
    format: fields.any('format'),
    keepAliveMs: readKeepAlive(fields.any('keep_alive')),
    options: fields.object('options', 'map[string]interface {}') ?? {},
    think: readThink(fields.any('think')),
  };
  for (const flag of ['truncate', 'shift', 'logprobs']) fields.boolean(flag);
  const topLogprobs = fields.integer('top_logprobs') ?? 0;
  if (topLogprobs < 0 || topLogprobs > MAX_TOP_LOGPROBS) {
    throw new ChatError('badRequest', `top_logprobs must be between 0 and ${MAX_TOP_LOGPROBS}`);
  }
  return wishes;
}

/** A body of `/api/chat` with its types checked. */
export interface ChatBody extends RequestOptions {
  /** As the client typed it; may be empty. */
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools: readonly ToolSpec[];
}

/**
 * Decodes a body of `/api/chat`.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function decodeChat(text: string): ChatBody {
  const fields = bodyFields(text, 'ChatRequest');
  return {
    model: fields.string('model') ?? '',
    messages: fields.list('messages', '[]api.Message', readMessage),
    tools: fields.list('tools', 'api.Tools', readTool),
    ...readRequestOptions(fields),
  };
}

/** What a chat body wants: an answer, or only that the model is loaded or unloaded. */
export type ChatOrLoad =
  | { readonly type: 'answer'; readonly request: ChatRequest }
  | { readonly type: 'load' }
  | { readonly type: 'unload' };

/**
 * Translates a decoded body for the model that its name resolved to.
 * @throws ChatError in Ollama's words and in Ollama's order
 */
export function translateChat(body: ChatBody, entry: CatalogEntry): ChatOrLoad {
  const empty = body.messages.length === 0;
  if (empty && body.keepAliveMs === 0) return { type: 'unload' };
  const thinking = thinkingFor(body.think, entry.model, body.model);
  const generation = readOptions(body.options);
  if (empty) return { type: 'load' };
  const format = readFormat(body.format);
  const request: ChatRequest = {
    lane: entry.lane,
    model: entry.model.value,
    ...readConversation(body.messages),
    tools: body.tools,
    ...(format === undefined ? {} : { format }),
    thinking,
    ...generation,
    ...(body.keepAliveMs === undefined ? {} : { keepAliveMs: body.keepAliveMs }),
  };
  return { type: 'answer', request };
}

/**
 * The model that a body of `/api/show` asks about; `name` is the older spelling of `model`.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function decodeShow(text: string): string {
  const fields = bodyFields(text, 'ShowRequest');
  const model = fields.string('model') ?? '';
  const name = fields.string('name') ?? '';
  fields.object('options', 'map[string]interface {}');
  return model === '' ? name : model;
}
