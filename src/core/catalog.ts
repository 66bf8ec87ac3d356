/** Names of models: the CLI's list on one side, what clients type on the other. Pure. */
import type { Model } from './backend.js';
import type { Lane } from './chat.js';

/** A model under the name that clients see. */
export interface CatalogEntry {
  /** With its tag: `claude-sonnet:latest`. */
  readonly name: string;
  readonly lane: Lane;
  readonly model: Model;
}

/** How names that are not ours are treated. */
export interface NamePolicy {
  /** A value or name for `unknown: 'default'`; the empty string is the backend's own default. */
  readonly defaultModel: string;
  readonly unknown: 'default' | 'reject';
  /** Names as clients type them → names of ours. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** `known` is false when a foreign name was given the default model. */
export type Resolution = { readonly entry: CatalogEntry; readonly known: boolean };

const TAG_OF_LANE: Readonly<Record<Lane, string>> = { chat: 'latest', workspace: 'workspace' };

/** The name without a tag: `default` is `claude`, `sonnet` is `claude-sonnet`, full ids stay. */
function baseName(model: Model): string {
  const value = model.value.toLowerCase();
  if (value === 'default') return 'claude';
  const safe = value.replace(/[^a-z0-9_.-]+/g, '-').replace(/-+$/, '');
  return safe.startsWith('claude') ? safe : `claude-${safe}`;
}

/** Every model once a lane, in the backend's order, the chat lane first. */
export function listEntries(models: readonly Model[], lanes: readonly Lane[]): CatalogEntry[] {
  return lanes.flatMap((lane) =>
    models.map((model) => ({ name: `${baseName(model)}:${TAG_OF_LANE[lane]}`, lane, model })),
  );
}

/** What Ollama strips or fills in before it looks a name up: case, spaces, default registry, namespace and tag. */
export function canonicalName(name: string): string {
  const short = name
    .trim()
    .toLowerCase()
    .replace(/^registry\.ollama\.ai\//, '')
    .replace(/^library\//, '');
  return short.includes(':') ? short : `${short}:latest`;
}

function find(entries: readonly CatalogEntry[], name: string): CatalogEntry | undefined {
  const wanted = canonicalName(name);
  const exact = entries.find((entry) => entry.name === wanted);
  if (exact !== undefined) return exact;
  // The CLI's own spellings are names too: "sonnet", "claude-sonnet-5-5", with a tag or without.
  const colon = wanted.lastIndexOf(':');
  const base = wanted.slice(0, colon);
  const tag = wanted.slice(colon + 1);
  return entries.find(
    (entry) =>
      TAG_OF_LANE[entry.lane] === tag &&
      (entry.model.value.toLowerCase() === base || entry.model.resolved.toLowerCase() === base),
  );
}

/**
 * The entry that a client's model string means, or `undefined` for Ollama's "not found".
 * Aliases win over everything, so that a person can point `llama3.2` at a model of ours.
 */
export function resolveName(
  entries: readonly CatalogEntry[],
  name: string,
  policy: NamePolicy,
): Resolution | undefined {
  const wanted = canonicalName(name);
  for (const [from, to] of Object.entries(policy.aliases)) {
    if (canonicalName(from) === wanted) {
      const entry = find(entries, to);
      if (entry !== undefined) return { entry, known: true };
    }
  }
  const entry = find(entries, name);
  if (entry !== undefined) return { entry, known: true };
  if (policy.unknown === 'reject') return undefined;
  const fallback = (policy.defaultModel && find(entries, policy.defaultModel)) || entries[0];
  return fallback && { entry: fallback, known: false };
}
