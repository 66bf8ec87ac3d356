/** Requests of `/api/generate`: one prompt, with or without what came before it. */
import type { CatalogEntry } from '../../../core/catalog.js';
import type { ChatMessage, ChatRequest, ImagePart } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import { type Place, typeError } from '../../json/fields.js';
import { imageOf } from '../../images.js';
import { bodyFields } from '../body.js';
import { OllamaStatusError } from '../errors.js';
import type { Conversation } from './reply.js';
import { readImageText } from '../chat/messages.js';
import { readFormat, readOptions, thinkingFor } from '../options.js';
import { decodeContext, type ContextConversation } from './contextTokens.js';
import { readRequestOptions, type RequestOptions } from '../chat/request.js';
import { templateError } from './template.js';

/** A body of `/api/generate` with its types checked. */
export interface GenerateBody extends RequestOptions {
  /** As the client typed it; may be empty. */
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

function readNumber(value: Json, place: Place): number {
  if (typeof value !== 'number') throw typeError(value, place, 'int');
  return value;
}

/**
 * Decodes a body of `/api/generate`.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function decodeGenerate(text: string): GenerateBody {
  const fields = bodyFields(text, 'GenerateRequest');
  return {
    model: fields.string('model') ?? '',
    prompt: fields.string('prompt') ?? '',
    suffix: fields.string('suffix') ?? '',
    system: fields.string('system') ?? '',
    template: fields.string('template') ?? '',
    context: fields.list('context', '[]int', readNumber),
    raw: fields.boolean('raw') ?? false,
    images: fields.list('images', '[]api.ImageData', readImageText),
    ...readRequestOptions(fields),
  };
}

/** What a body wants: an answer, or only that the model is loaded or unloaded. */
export type GenerateOrLoad =
  | {
      readonly type: 'answer';
      readonly request: ChatRequest;
      /** What the answer's `context` will have before the answer. */
      readonly conversation: Conversation;
      /** Whether a `context` was sent that was not made here; it counts for nothing then. */
      readonly foreignContext: boolean;
    }
  | { readonly type: 'load' }
  | { readonly type: 'unload' };

function earlier({ system, texts }: ContextConversation): { system: string; messages: ChatMessage[] } {
  const messages = texts.map((text, index): ChatMessage => {
    const content = text === '' ? [] : [{ type: 'text', text } as const];
    return index % 2 === 0 ? { role: 'user', content } : { role: 'assistant', content };
  });
  return { system, messages };
}

/**
 * Translates a decoded body for the model that its name resolved to.
 * @throws ChatError in Ollama's words and in Ollama's order
 */
export function translateGenerate(body: GenerateBody, entry: CatalogEntry): GenerateOrLoad {
  const empty = body.prompt === '';
  if (empty && body.keepAliveMs === 0) return { type: 'unload' };
  if (body.raw && (body.template !== '' || body.system !== '' || body.context.length > 0)) {
    throw new ChatError('badRequest', 'raw mode does not support template, system, or context');
  }
  const thinking = thinkingFor(body.think, entry.model, body.model);
  if (body.suffix !== '') {
    throw new ChatError('badRequest', `registry.ollama.ai/library/${entry.name} does not support insert`);
  }
  const generation = readOptions(body.options);
  if (empty) return { type: 'load' };
  const broken = templateError(body.template);
  if (broken !== undefined) throw new OllamaStatusError(500, broken);
  const format = readFormat(body.format);
  const images: ImagePart[] = body.images.map(imageOf);
  const remembered = decodeContext(body.context);
  const before = earlier(remembered ?? { system: '', texts: [] });
  const system = body.system === '' ? before.system : body.system;
  const request: ChatRequest = {
    lane: entry.lane,
    model: entry.model.value,
    system,
    messages: [
      ...before.messages,
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
    conversation: body.raw ? undefined : { system, texts: [...(remembered?.texts ?? []), body.prompt] },
    foreignContext: body.context.length > 0 && remembered === undefined,
  };
}
