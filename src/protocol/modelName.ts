/** Ollama's syntax of model names: `[host/][namespace/]model[:tag]` (types/model/name.go). */
import { badRequest } from '../core/errors.js';

const MODEL_OR_TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;
const NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/;
const HOST = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}$/;

/** Whether the text is a valid model name. Surrounding space is ignored. */
export function isModelName(text: string): boolean {
  const name = text.trim();
  const slash = name.lastIndexOf('/');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > slash;
  if (hasTag && !MODEL_OR_TAG.test(name.slice(colon + 1))) return false;
  const parts = (hasTag ? name.slice(0, colon) : name).split('/');
  const [model, namespace, host, ...more] = parts.toReversed();
  return (
    more.length === 0 &&
    MODEL_OR_TAG.test(model ?? '') &&
    (namespace === undefined || NAMESPACE.test(namespace)) &&
    (host === undefined || HOST.test(host))
  );
}

/**
 * Checks a model name.
 * @throws ChatError `badRequest` with Ollama's message for an empty or invalid name
 */
export function requireModelName(name: string): void {
  const trimmed = name.trim();
  if (trimmed === '') throw badRequest('model is required');
  if (!isModelName(trimmed)) throw badRequest('invalid model name');
}
