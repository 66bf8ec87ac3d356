/** Ollama's syntax of model names: `[host/][namespace/]model[:tag]` (types/model/name.go). */
import { badRequest } from '../core/errors.js';

const MODEL_OR_TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;
const NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/;
const HOST = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}$/;

/** More than the longest valid name. Longer texts are refused before anything else is done with them. */
const MAX_NAME_CHARACTERS = 1_000;

/** The suffixes that say where a model runs (internal/modelref/modelref.go). */
const SOURCE = /:(local|cloud)$/i;

/** Whether the text is a valid model name. Surrounding space is ignored. */
export function isModelName(text: string): boolean {
  if (text.length > MAX_NAME_CHARACTERS) return false;
  const name = text.trim().replace(SOURCE, '');
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

/** The Claude CLI's suffix for a context of a million tokens: `sonnet[1m]`, `opus[1m]:workspace`. */
const LONG_CONTEXT = /(?<=[^[\]])\[1m\](?=$|:)/i;

/** Whether the text is a valid model name, or one of the Claude CLI's own names, which Ollama's syntax lacks. */
export function isRequestedName(text: string): boolean {
  return isModelName(text.trim().replace(LONG_CONTEXT, ''));
}

/** @throws ChatError `badRequest` for a text that is too long for any model name */
export function refuseLongName(name: string): void {
  if (name.length > MAX_NAME_CHARACTERS) throw badRequest('invalid model name');
}

/**
 * Checks a model name, which may be empty.
 * @throws ChatError `badRequest` with Ollama's message for an invalid name
 */
export function refuseInvalidName(name: string): void {
  refuseLongName(name);
  const trimmed = name.trim();
  const source = SOURCE.exec(trimmed)?.[0] ?? '';
  if (source !== '' && SOURCE.test(trimmed.slice(0, -source.length))) {
    throw badRequest(`use either :local or :cloud, not both: ${JSON.stringify(trimmed)}`);
  }
  if (trimmed !== '' && !isRequestedName(trimmed)) throw badRequest('invalid model name');
}

/**
 * Checks a model name.
 * @throws ChatError `badRequest` with Ollama's message for an empty or invalid name
 */
export function requireModelName(name: string): void {
  refuseInvalidName(name);
  if (name.trim() === '') throw badRequest('model is required');
}
