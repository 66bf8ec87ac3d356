/**
 * Requests of `/v1/messages`. Decoding a request and translating it are two steps, because Ollama looks up the model
 * between them. That order decides which of several errors is reported.
 */
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest, ToolSpec } from '../../core/chat.js';
import { type ConversationEntry, toConversation } from '../../core/conversation.js';
import { badRequest } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { withStoredMessages, withStoredOptions } from '../../core/storedModel.js';
import { applyToolChoice, type OfferedTools } from '../../core/toolChoice.js';
import { type FieldPath, type Fields, fieldsOf, wrongType } from '../json/fields.js';
import { MESSAGES, stopsOf, TOOLS } from '../requestLimits.js';
import { readEntries, systemText, type WireMessage } from './messages.js';
import { type GenerationOptions, readGenerationOptions, thinkingFor } from './options.js';
import { applyToolChanges } from './toolChanges.js';
import { readTool, readToolChoice } from './tools.js';
import { refuseThread, refuseUnsupportedFields } from './unsupportedFields.js';

/** A body of `/v1/messages` with checked types and content blocks. */
export interface MessagesBody {
  /** As the client sent it. */
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly system: string;
  readonly entries: readonly ConversationEntry[];
  /** All tools, whatever the choice of tools. */
  readonly tools: readonly ToolSpec[];
  readonly offeredTools: OfferedTools;
  readonly generation: GenerationOptions;
}

function readMessage(value: Json, at: FieldPath): WireMessage {
  const message = fieldsOf(value, at, 'anthropic.MessageParam');
  return {
    role: (message.string('role') ?? '').toLowerCase(),
    content: message.exactValue('content'),
    clearAt: message.string('clear_at'),
    effort: message.fields('output_config', 'anthropic.OutputConfig')?.string('effort'),
  };
}

function readStopSequence(value: Json, at: FieldPath): string {
  if (value !== null && typeof value !== 'string') throw wrongType(value, at, 'string');
  return value ?? '';
}

/**
 * Decodes a body of `/v1/messages`, or of `/v1/messages/count_tokens`, which has no `max_tokens`.
 * @throws ChatError `badRequest`, mostly with Ollama's message. Checks are made in Ollama's order
 */
export function decodeMessages(
  fields: Fields,
  { route = 'messages' }: { readonly route?: 'messages' | 'count_tokens' } = {},
): MessagesBody {
  const model = fields.string('model') ?? '';
  const maxTokens = fields.integer('max_tokens') ?? 0;
  const messages = fields.list('messages', '[]anthropic.MessageParam', readMessage, MESSAGES);
  const stream = fields.boolean('stream') ?? false;
  const stop = stopsOf(fields.list('stop_sequences', '[]string', readStopSequence));
  const tools: readonly ToolSpec[] = fields.list('tools', '[]anthropic.Tool', readTool, TOOLS);
  const choice = readToolChoice(fields.fields('tool_choice', 'anthropic.ToolChoice'));
  const generation = readGenerationOptions(
    fields,
    messages.findLast(({ effort }) => effort !== undefined)?.effort,
  );
  refuseThread(fields);
  if (model === '') throw badRequest('model is required');
  if (route === 'messages' && maxTokens <= 0) throw badRequest('max_tokens is required and must be positive');
  if (messages.length === 0) throw badRequest('messages is required');
  refuseUnsupportedFields(fields);
  const current = applyToolChanges(
    tools,
    messages.map(({ content }) => content),
  );
  const system = systemText(fields.value('system'));
  const entries = readEntries(messages);
  const offeredTools = applyToolChoice(current, choice);
  return { model, stream, maxTokens, stop, system, entries, tools: current, offeredTools, generation };
}

/** Translates a decoded body for the model that its name was resolved to. */
export function translateMessages(body: MessagesBody, entry: CatalogEntry): ChatRequest {
  const { system, offeredTools, generation } = body;
  const { stored } = entry;
  return {
    lane: entry.lane,
    model: entry.model.value,
    ...toConversation(withStoredMessages(body.entries, stored, system), {
      first: system,
      tools: body.tools,
    }),
    ...offeredTools,
    ...(generation.format === undefined ? {} : { format: generation.format }),
    thinking: thinkingFor(generation, entry.model),
    ...withStoredOptions(
      {
        stop: body.stop,
        maxTokens: body.maxTokens,
        ...(generation.sampling === undefined ? {} : { sampling: generation.sampling }),
      },
      stored,
    ),
  };
}
