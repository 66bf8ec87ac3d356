import { type Fields, fieldsOf, parseBody } from '../json/fields.js';

const EMPTY_BODY = 'missing request body';

/**
 * The fields of a native route's body.
 * @param struct what Ollama calls it in its errors
 * @throws ChatError `badRequest` in Ollama's words
 */
export function bodyFields(text: string, struct: string): Fields {
  return fieldsOf(parseBody(text, EMPTY_BODY), { root: struct, path: '' }, `api.${struct}`);
}
