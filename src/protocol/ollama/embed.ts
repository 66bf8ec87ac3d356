/** Requests of `/api/embed` and the older `/api/embeddings`. Claude makes no embeddings; who asks for none gets none. */
import { ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { readKeepAlive } from '../json/duration.js';
import type { Fields } from '../json/fields.js';
import { bodyFields } from './body.js';

/** What both routes read. */
export interface EmbedBody {
  /** As the client typed it; may be empty. */
  readonly model: string;
  /** What is to be embedded, as it stands. */
  readonly input: Json | undefined;
}

function modelOf(fields: Fields): string {
  const model = fields.string('model') ?? '';
  fields.object('options', 'map[string]interface {}');
  readKeepAlive(fields.any('keep_alive'));
  return model;
}

/** @throws ChatError `badRequest` in Ollama's words */
export function decodeEmbed(text: string): EmbedBody {
  const fields = bodyFields(text, 'EmbedRequest');
  fields.boolean('truncate');
  fields.integer('dimensions');
  return { model: modelOf(fields), input: fields.any('input') };
}

/** @throws ChatError `badRequest` in Ollama's words */
export function decodeEmbeddings(text: string): EmbedBody {
  const fields = bodyFields(text, 'EmbeddingRequest');
  return { model: modelOf(fields), input: fields.string('prompt') };
}

/**
 * Whether there is anything to embed.
 * @throws ChatError `badRequest` in Ollama's words for what is neither text nor texts
 */
export function hasInput(input: Json | undefined): boolean {
  const texts =
    input === undefined || input === '' ? [] : Array.isArray(input) ? (input as readonly Json[]) : [input];
  if (!texts.every((text) => typeof text === 'string'))
    throw new ChatError('badRequest', 'invalid input type');
  return texts.length > 0;
}

/** What becomes of a text. */
export function noEmbeddings(model: string): ChatError {
  return new ChatError(
    'badRequest',
    `${JSON.stringify(model)} does not support embeddings. Use an embedding model of another server.`,
  );
}
