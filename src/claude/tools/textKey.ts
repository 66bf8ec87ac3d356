import { createHash } from 'node:crypto';

/** Shorter texts are their own keys. */
const MIN_HASHED = 1_000;

/**
 * A short key for a JSON text in a Map. V8 hashes strings of 16,384 characters and more by their length alone, and looking one
 * up then compares it with all others of its length.
 */
export function textKey(json: string): string {
  if (json.length < MIN_HASHED) return json;
  return `sha256 ${createHash('sha256').update(json).digest('base64')}`;
}
