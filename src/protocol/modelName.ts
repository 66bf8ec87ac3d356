/** Which strings Ollama takes for the name of a model: `[host/][namespace/]model[:tag]`. Pure. */
import { ChatError } from '../core/errors.js';

const PART = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;
const NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/;
const HOST = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}$/;

/** Whether it can be the name of a model. Spaces around it do not count. */
export function isModelName(spaced: string): boolean {
  const name = spaced.trim();
  const slash = name.lastIndexOf('/');
  const colon = name.lastIndexOf(':');
  const tagged = colon > slash;
  if (tagged && !PART.test(name.slice(colon + 1))) return false;
  const parts = (tagged ? name.slice(0, colon) : name).split('/');
  const [model, namespace, host, ...more] = parts.toReversed();
  return (
    more.length === 0 &&
    PART.test(model ?? '') &&
    (namespace === undefined || NAMESPACE.test(namespace)) &&
    (host === undefined || HOST.test(host))
  );
}

/**
 * Refuses what cannot be the name of a model.
 * @throws ChatError `badRequest` in Ollama's words
 */
export function requireModelName(name: string): void {
  const trimmed = name.trim();
  if (trimmed === '') throw new ChatError('badRequest', 'model is required');
  if (!isModelName(trimmed)) throw new ChatError('badRequest', 'invalid model name');
}
