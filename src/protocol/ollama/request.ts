/**
 * Requests of the native routes. Decoding is one step and translating another, because Ollama looks the model up
 * between them: which of several errors wins depends on that order.
 */
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json.js';
import { readKeepAlive } from '../duration.js';
import { type Fields, fieldsOf, parseBody } from '../fields.js';
import { readConversation, readMessage, readTool, type WireMessage } from './messages.js';
import { readFormat, readOptions, readThink, type Think, thinkingFor } from './options.js';

const EMPTY_BODY = 'missing request body';
const MAX_TOP_LOGPROBS = 20;
/** How long a model stays loaded when the client does not say. */
const DEFAULT_KEEP_ALIVE_MS = 5 * 60_000;

function bodyFields(text: string, struct: string): Fields {
  return fieldsOf(parseBody(text, EMPTY_BODY), { root: struct, path: '' }, `api.${struct}`);
}

/** A body of `/api/chat` with its types checked. */
export interface ChatBody {
  /** As the client typed it; may be empty. */
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly stream: boolean;
  readonly format: Json | undefined;
  readonly keepAliveMs: number;
  readonly tools: readonly ToolSpec[];
  readonly options: JsonObject;
  readonly think: Think | undefined;
}

/**
 * Decodes a body of `/api/chat`.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function decodeChat(text: string): ChatBody {
  const fields = bodyFields(text, 'ChatRequest');
  const body: ChatBody = {
    model: fields.string('model') ?? '',
    messages: fields.list('messages', '[]api.Message', readMessage),
    stream: fields.boolean('stream') ?? true,
    format: fields.any('format'),
    keepAliveMs: readKeepAlive(fields.any('keep_alive')) ?? DEFAULT_KEEP_ALIVE_MS,
    tools: fields.list('tools', 'api.Tools', readTool),
    options: fields.object('options', 'map[string]interface {}') ?? {},
    think: readThink(fields.any('think')),
  };
  for (const flag of ['truncate', 'shift', 'logprobs']) fields.boolean(flag);
  const topLogprobs = fields.integer('top_logprobs') ?? 0;
  if (topLogprobs < 0 || topLogprobs > MAX_TOP_LOGPROBS) {
    throw new ChatError('badRequest', `top_logprobs must be between 0 and ${MAX_TOP_LOGPROBS}`);
  }
  return body;
}

/** What a chat body wants: an answer, or only that the model is loaded or unloaded. */
export type ChatWish =
  | { readonly type: 'answer'; readonly request: ChatRequest }
  | { readonly type: 'load' }
  | { readonly type: 'unload' };

/**
 * Translates a decoded body for the model that its name resolved to.
 * @throws ChatError in Ollama's words and in Ollama's order
 */
export function translateChat(body: ChatBody, entry: CatalogEntry): ChatWish {
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
