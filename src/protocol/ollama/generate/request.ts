/** Requests of `/api/generate`: one prompt, with or without the context of earlier ones. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatMessage, ChatRequest } from '../../../core/chat.js';
import { badRequest } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { imageOf } from '../../images.js';
import { type FieldPath, type Fields, wrongType } from '../../json/fields.js';
import { IMAGES } from '../../requestLimits.js';
import { readImage } from '../chat/messages.js';
import { OllamaStatusError } from '../errors.js';
import { readFormat, readOptions, thinkingFor } from '../options.js';
import { readRequestOptions, type RequestOptions } from '../request.js';
import { decodeContext, type TextConversation } from './contextTokens.js';
import { templateError } from './template.js';

/** A body of `/api/generate` with checked types. */
export interface GenerateBody extends RequestOptions {
  /** As the client sent it; may be empty. */
  readonly model: string;
  readonly prompt: string;
  readonly suffix: string;
  readonly system: string;
  readonly template: string;
  readonly context: readonly number[];
  readonly raw: boolean;
  /** Valid base64. */
  readonly images: readonly string[];
}

function readNumber(value: Json, at: FieldPath): number {
  if (typeof value !== 'number') throw wrongType(value, at, 'int');
  return value;
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeGenerate(fields: Fields): GenerateBody {
  return {
    model: fields.string('model') ?? '',
    prompt: fields.text('prompt') ?? '',
    suffix: fields.text('suffix') ?? '',
    system: fields.text('system') ?? '',
    template: fields.text('template') ?? '',
    context: fields.list('context', '[]int', readNumber),
    raw: fields.boolean('raw') ?? false,
    images: fields.list('images', '[]api.ImageData', readImage, IMAGES),
    ...readRequestOptions(fields),
  };
}

/** What a request asks for: an answer, or only to load or unload the model. */
export type GenerateAction =
  | {
      readonly type: 'answer';
      readonly request: ChatRequest;
      /** The conversation up to and including the prompt, for the `context` of the answer; `undefined` in raw mode. */
      readonly conversation: TextConversation | undefined;
      /** Whether the request had a `context` that was made by another server. It is ignored. */
      readonly foreignContext: boolean;
    }
  | { readonly type: 'load' }
  | { readonly type: 'unload' };

function messagesOf({ texts }: TextConversation): ChatMessage[] {
  return texts.map((text, index): ChatMessage => {
    const content = text === '' ? [] : [{ type: 'text', text } as const];
    return index % 2 === 0 ? { role: 'user', content } : { role: 'assistant', content };
  });
}

/**
 * Translates a decoded body for the model that its name was resolved to.
 * @throws ChatError with Ollama's message. Checks are made in Ollama's order
 */
export function translateGenerate(body: GenerateBody, entry: CatalogEntry): GenerateAction {
  const empty = body.prompt === '';
  if (empty && body.keepAliveMs === 0) return { type: 'unload' };
  if (body.raw && (body.template !== '' || body.system !== '' || body.context.length > 0)) {
    throw badRequest('raw mode does not support template, system, or context');
  }
  const thinking = thinkingFor(body.think, entry.model, body.model);
  if (body.suffix !== '') {
    throw badRequest(`registry.ollama.ai/library/${entry.name} does not support insert`);
  }
  const { stored } = entry;
  const generation = readOptions({ ...stored?.parameters, ...body.options });
  if (empty) return { type: 'load' };
  const invalidTemplate = templateError(body.template);
  if (invalidTemplate !== undefined) throw new OllamaStatusError(500, invalidTemplate);
  const format = readFormat(body.format);
  const images = body.images.map(imageOf);
  const decoded = decodeContext(body.context);
  const earlier: TextConversation = decoded ?? { system: '', texts: [] };
  const storedSystem = body.raw ? '' : (stored?.system ?? '');
  // As in Ollama, stored messages are not used here.
  const system = [body.system, earlier.system].find((text) => text !== '') ?? storedSystem;
  const request: ChatRequest = {
    lane: entry.lane,
    model: entry.model.value,
    system,
    messages: [
      ...messagesOf(earlier),
      { role: 'user', content: [...images, { type: 'text', text: body.prompt }] },
    ],
    tools: [],
    ...(format === undefined ? {} : { format }),
    thinking,
    ...generation,
    ...(body.keepAliveMs === undefined ? {} : { keepAliveMs: body.keepAliveMs }),
  };
  return {
    type: 'answer',
    request,
    conversation: body.raw ? undefined : { system, texts: [...earlier.texts, body.prompt] },
    foreignContext: body.context.length > 0 && decoded === undefined,
  };
}
