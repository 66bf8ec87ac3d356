/**
 * The common parts of requests of the OpenAI routes. Decoding a request and translating it are two steps, because Ollama
 * looks up the model between them. That order decides which of several errors is reported.
 */
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest, ResponseFormat, Sampling } from '../../core/chat.js';
import { type ConversationEntry, toConversation } from '../../core/conversation.js';
import { withStoredMessages, withStoredOptions } from '../../core/storedModel.js';
import type { OfferedTools } from '../../core/toolChoice.js';
import type { Fields } from '../json/fields.js';
import { readLimit, type Reasoning, thinkingFor } from './options.js';

/** The fields that decide how the reply is sent. */
export interface RequestOptions {
  /** As the client sent it; may be empty. */
  readonly model: string;
  readonly stream: boolean;
  /** Whether a stream includes token counts. */
  readonly includeUsage: boolean;
}

/** Reads `model`, `stream` and `stream_options`. */
export function readRequestOptions(fields: Fields): RequestOptions {
  const streamOptions = fields.fields('stream_options', 'openai.StreamOptions');
  return {
    model: fields.string('model') ?? '',
    stream: fields.boolean('stream') ?? false,
    includeUsage: streamOptions?.boolean('include_usage') ?? false,
  };
}

/** The decoded fields that become a `ChatRequest`. */
export interface DecodedChat {
  readonly entries: readonly ConversationEntry[];
  /** A system prompt that is not one of the entries. */
  readonly instructions?: string | undefined;
  readonly offeredTools: OfferedTools;
  readonly format: ResponseFormat | undefined;
  readonly reasoning: Reasoning | undefined;
  readonly stop: readonly string[];
  readonly maxTokens: number | undefined;
  readonly sampling?: Sampling;
}

/** Translates a decoded request for the model that its name was resolved to. */
export function toChatRequest(decoded: DecodedChat, entry: CatalogEntry): ChatRequest {
  const { format, sampling, instructions, offeredTools } = decoded;
  const { stored } = entry;
  return {
    lane: entry.lane,
    model: entry.model.value,
    ...toConversation(withStoredMessages(decoded.entries, stored, instructions), {
      first: instructions,
      tools: offeredTools.tools,
    }),
    ...offeredTools,
    ...(format === undefined ? {} : { format }),
    thinking: thinkingFor(decoded.reasoning, entry.model),
    ...withStoredOptions(
      {
        stop: decoded.stop,
        ...readLimit(decoded.maxTokens),
        ...(sampling === undefined ? {} : { sampling }),
      },
      stored,
    ),
  };
}
