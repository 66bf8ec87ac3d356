/** Requests of `/v1/embeddings`. They are only validated, because Claude makes no embeddings. */
import { badRequest } from '../../core/errors.js';
import { bodyFields, isObject } from '../json/fields.js';

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeEmbeddings(text: string): { readonly model: string } {
  const fields = bodyFields(text, 'openai.EmbedRequest');
  const model = fields.string('model') ?? '';
  const format = fields.string('encoding_format') ?? '';
  if (!['', 'float', 'base64'].includes(format.toLowerCase())) {
    throw badRequest(
      `Invalid value for 'encoding_format' = ${format}. Supported values: ['float', 'base64'].`,
    );
  }
  const input = fields.value('input');
  if (input === undefined || (Array.isArray(input) && input.length === 0) || isObject(input)) {
    throw badRequest('invalid input');
  }
  return { model };
}
