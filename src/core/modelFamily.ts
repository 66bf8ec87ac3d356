/**
 * The families of Claude's models, as they appear in the names that clients have: `claude-3-5-haiku-latest`,
 * `anthropic/claude-sonnet-4.5`, `us.anthropic.claude-opus-4-1-v1:0`.
 */
import { DEFAULT_MODEL, type Model } from './backend.js';

/** The known families, from the least to the most expensive. */
const KNOWN_FAMILIES: readonly string[] = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'];

interface WithModel {
  readonly model: Model;
}

/** The CLI's short name of a model without its variant: `opus` for `opus[1m]`. Shorter words are in too many names. */
function shortName({ value }: Model): string | undefined {
  return /^([a-z]{4,})(?:\[.*\])?$/.exec(value.toLowerCase())?.[1];
}

/** The family of a listed model; `undefined` for the default, and for an id that contains no known family. */
function familyOf(model: Model): string | undefined {
  if (model.value === DEFAULT_MODEL) return undefined;
  const names = `${model.value} ${model.resolved}`.toLowerCase();
  return KNOWN_FAMILIES.find((family) => names.includes(family)) ?? shortName(model);
}

/** Listed models by family. The CLI's own name for the newest model of a family comes before other ids. */
function byFamily<Entry extends WithModel>(entries: readonly Entry[]): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const entry of entries) {
    const family = familyOf(entry.model);
    if (family === undefined) continue;
    if (!found.has(family)) found.set(family, entry);
    else if (entry.model.value === family && found.get(family)?.model.value !== family)
      found.set(family, entry);
  }
  return found;
}

/**
 * Finds the model of the family that a name contains. If it contains several, the least expensive.
 * @param name in lower case
 */
export function familyNamed<Entry extends WithModel>(
  entries: readonly Entry[],
  name: string,
): Entry | undefined {
  const listed = byFamily(entries);
  // Families that are not known come last: they may be more expensive.
  const families = [...KNOWN_FAMILIES, ...listed.keys()];
  const family = families.find((candidate) => name.includes(candidate));
  return family === undefined ? undefined : listed.get(family);
}

/**
 * The most capable listed model that is not more expensive than the family that a name contains.
 * @param name in lower case
 * @returns `any` if the name contains no known family, or no known family is listed; `undefined` if every listed model is more expensive
 */
export function mostCapableWithin<Entry extends WithModel>(
  entries: readonly Entry[],
  name: string,
): Entry | undefined | 'any' {
  const limit = KNOWN_FAMILIES.findIndex((family) => name.includes(family));
  if (limit < 0) return 'any';
  const listed = byFamily(entries);
  // Nothing is known about the price of a list without known families, such as that of a gateway.
  if (!KNOWN_FAMILIES.some((family) => listed.has(family))) return 'any';
  const family = KNOWN_FAMILIES.slice(0, limit + 1).findLast((candidate) => listed.has(candidate));
  return family === undefined ? undefined : listed.get(family);
}
