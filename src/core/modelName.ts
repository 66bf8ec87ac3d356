/** The parts of model names, and when two names are the same. */
import { EFFORTS, type Effort } from './chat.js';

/**
 * Normalizes a name as Ollama does before a lookup: ignores case and surrounding space, removes the default registry and
 * namespace and the suffixes that say where the model runs (`:local`, `:cloud`), and adds the default tag.
 */
export function canonicalName(name: string): string {
  return completeName(name).toLowerCase();
}

/** The name as `canonicalName`, in its own case. */
export function completeName(name: string): string {
  const short = name
    .trim()
    .replace(/^registry\.ollama\.ai\//i, '')
    .replace(/^library\//i, '')
    .replace(/:(?:local|cloud)$/i, '');
  return short.lastIndexOf(':') > short.lastIndexOf('/') ? short : `${short}:latest`;
}

/** A name without its tag, and the tag. */
export function splitTag(name: string): { readonly base: string; readonly tag: string } {
  const colon = name.lastIndexOf(':');
  return { base: name.slice(0, colon), tag: name.slice(colon + 1) };
}

export function isEffort(tag: string): tag is Effort {
  return EFFORTS.some((effort) => effort === tag);
}
