/** Requests of `/api/chat`. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../../core/chat.js';
import { toConversation } from '../../../core/conversation.js';
import { withStoredMessages } from '../../../core/storedModel.js';
import type { Fields } from '../../json/fields.js';
import { MESSAGES, TOOLS } from '../../requestLimits.js';
import { createArgumentsReader } from '../../toolArguments.js';
import { readFormat, readOptions, thinkingFor } from '../options.js';
import { readRequestOptions, type RequestOptions } from '../request.js';
import { readTool } from '../tools.js';
import { entriesOf, readMessage, type WireMessage } from './messages.js';

/** A body of `/api/chat` with checked types. */
export interface ChatBody extends RequestOptions {
  /** As the client sent it; may be empty. */
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools: readonly ToolSpec[];
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeChat(fields: Fields): ChatBody {
  const readArguments = createArgumentsReader();
  return {
    model: fields.string('model') ?? '',
    messages: fields.list(
      'messages',
      '[]api.Message',
      (message, at) => readMessage(message, at, readArguments),
      MESSAGES,
    ),
    tools: fields.list('tools', 'api.Tools', readTool, TOOLS),
    ...readRequestOptions(fields),
  };
}

/** What a chat request asks for: an answer, or only to load or unload the model. */
export type ChatAction =
  | { readonly type: 'answer'; readonly request: ChatRequest }
  | { readonly type: 'load' }
  | { readonly type: 'unload' };

/**
 * Translates a decoded body for the model that its name was resolved to.
 * @throws ChatError with Ollama's message. Checks are made in Ollama's order
 */
export function translateChat(body: ChatBody, entry: CatalogEntry): ChatAction {
  const empty = body.messages.length === 0;
  if (empty && body.keepAliveMs === 0) return { type: 'unload' };
  const thinking = thinkingFor(body.think, entry.model, body.model);
  const { stored } = entry;
  const generation = readOptions({ ...stored?.parameters, ...body.options });
  if (empty) return { type: 'load' };
  const format = readFormat(body.format);
  const entries = withStoredMessages(body.messages.flatMap(entriesOf), stored);
  const request: ChatRequest = {
    lane: entry.lane,
    model: entry.model.value,
    ...toConversation(entries, { tools: body.tools }),
    tools: body.tools,
    ...(format === undefined ? {} : { format }),
    thinking,
    ...generation,
    ...(body.keepAliveMs === undefined ? {} : { keepAliveMs: body.keepAliveMs }),
  };
  return { type: 'answer', request };
}
