/** The model names that clients see and use, derived from the CLI's list of models. */
import type { Model } from './backend.js';
import type { Lane } from './chat.js';

/** A model in a lane, under the name that clients see. */
export interface CatalogEntry {
  /** With its tag: `claude-sonnet:latest`. */
  readonly name: string;
  readonly lane: Lane;
  readonly model: Model;
}

/** How names that are not in the catalog are resolved. */
export interface NamePolicy {
  /** The model for `unknown: 'default'`, as a value or a name; empty for the backend's own default. */
  readonly defaultModel: string;
  readonly unknown: 'default' | 'reject';
  /** From names that clients use to names in the catalog. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** `known` is false when an unknown name was resolved to the default model. */
export type Resolution = { readonly entry: CatalogEntry; readonly known: boolean };

const TAG_OF_LANE: Readonly<Record<Lane, string>> = { chat: 'latest', workspace: 'workspace' };

/** The name without a tag: `default` becomes `claude`, `sonnet` becomes `claude-sonnet`, full ids stay. */
function baseName(model: Model): string {
  const value = model.value.toLowerCase();
  if (value === 'default') return 'claude';
  const safe = value.replace(/[^a-z0-9_.-]+/g, '-').replace(/-+$/, '');
  return safe.startsWith('claude') ? safe : `claude-${safe}`;
}

/** Every model in every lane: lane by lane, within a lane in the backend's order. */
export function listEntries(models: readonly Model[], lanes: readonly Lane[]): CatalogEntry[] {
  return lanes.flatMap((lane) =>
    models.map((model) => ({ name: `${baseName(model)}:${TAG_OF_LANE[lane]}`, lane, model })),
  );
}

/**
 * Normalizes a name as Ollama does before a lookup: ignores case and surrounding space, removes the default registry and
 * namespace, and adds the default tag.
 */
export function canonicalName(name: string): string {
  const short = name
    .trim()
    .toLowerCase()
    .replace(/^registry\.ollama\.ai\//, '')
    .replace(/^library\//, '');
  return short.includes(':') ? short : `${short}:latest`;
}

function findEntry(entries: readonly CatalogEntry[], name: string): CatalogEntry | undefined {
  const canonical = canonicalName(name);
  const exact = entries.find((entry) => entry.name === canonical);
  if (exact !== undefined) return exact;
  // The CLI's own names work too: "sonnet", "claude-sonnet-5-5", with or without a tag.
  const colon = canonical.lastIndexOf(':');
  const base = canonical.slice(0, colon);
  const tag = canonical.slice(colon + 1);
  return entries.find(
    (entry) =>
      TAG_OF_LANE[entry.lane] === tag &&
      (entry.model.value.toLowerCase() === base || entry.model.resolved.toLowerCase() === base),
  );
}

/**
 * Finds the entry for a client's model string. Aliases come before everything else, so that the user can map
 * `llama3.2` to a Claude model.
 * @returns `undefined` when the name is unknown and the policy rejects unknown names, or the catalog is empty
 */
export function resolveName(
  entries: readonly CatalogEntry[],
  name: string,
  policy: NamePolicy,
): Resolution | undefined {
  const canonical = canonicalName(name);
  for (const [alias, target] of Object.entries(policy.aliases)) {
    if (canonicalName(alias) === canonical) {
      const entry = findEntry(entries, target);
      if (entry !== undefined) return { entry, known: true };
    }
  }
  const entry = findEntry(entries, name);
  if (entry !== undefined) return { entry, known: true };
  if (policy.unknown === 'reject') return undefined;
  const fallback = (policy.defaultModel && findEntry(entries, policy.defaultModel)) || entries[0];
  return fallback && { entry: fallback, known: false };
}
