/** Requests of `/api/embed` and the older `/api/embeddings`. Claude makes no embeddings: only empty input succeeds. */
import { badRequest, type ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { readKeepAlive } from '../json/duration.js';
import { bodyFields, type Fields } from '../json/fields.js';

export interface EmbedBody {
  /** As the client sent it; may be empty. */
  readonly model: string;
  /** The input, of any type. */
  readonly input: Json | undefined;
}

/** Reads the model, and checks the types of the other fields that both routes have. */
function readModel(fields: Fields): string {
  const model = fields.string('model') ?? '';
  fields.object('options', 'map[string]interface {}');
  readKeepAlive(fields.value('keep_alive'));
  return model;
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeEmbed(text: string): EmbedBody {
  const fields = bodyFields(text, 'api.EmbedRequest');
  fields.boolean('truncate');
  fields.integer('dimensions');
  return { model: readModel(fields), input: fields.value('input') };
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeEmbeddings(text: string): EmbedBody {
  const fields = bodyFields(text, 'api.EmbeddingRequest');
  return { model: readModel(fields), input: fields.text('prompt') };
}

/**
 * Whether there is anything to embed.
 * @throws ChatError `badRequest` with Ollama's message when the input is neither a string nor a list of strings
 */
export function hasInput(input: Json | undefined): boolean {
  const texts =
    input === undefined || input === '' ? [] : Array.isArray(input) ? (input as readonly Json[]) : [input];
  if (!texts.every((text) => typeof text === 'string')) throw badRequest('invalid input type');
  return texts.length > 0;
}

/** The error for input that cannot be embedded. */
export function embeddingsUnsupported(model: string): ChatError {
  return badRequest(
    `${JSON.stringify(model)} does not support embeddings. Use an embedding model of another server.`,
  );
}
