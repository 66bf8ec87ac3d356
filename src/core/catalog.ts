/** The model names that clients see and use, derived from the CLI's list of models. */
import { DEFAULT_MODEL, type Model } from './backend.js';
import { EFFORTS, type Effort, type Lane } from './chat.js';
import { familyNamed, mostCapableWithin } from './modelFamily.js';
import { canonicalName, isEffort, splitTag } from './modelName.js';
import type { StoredModel } from './storedModel.js';

/** A model in a lane, under the name that clients see. */
export interface CatalogEntry {
  /** With its tag: `claude-sonnet:latest`. */
  readonly name: string;
  readonly lane: Lane;
  readonly model: Model;
  /** The effort that the requested name contains: `claude-sonnet:high`. An effort in the request itself comes first. */
  readonly effort?: Effort;
  /** What a client stored under this name. */
  readonly stored?: StoredModel;
}

/** How names that are not in the catalog are resolved. */
export interface NamePolicy {
  /** The model for `unknown: 'default'`, as a value or a name; empty for the backend's own default. */
  readonly defaultModel: string;
  readonly unknown: 'default' | 'reject';
  /** From names that clients use to names in the catalog, or to ids of models that the CLI does not list. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** `known` is false when an unknown name was resolved to a default. */
export type Resolution = { readonly entry: CatalogEntry; readonly known: boolean };

/** The tag of an entry of each lane. */
export const TAG_OF_LANE: Readonly<Record<Lane, string>> = { chat: 'latest', workspace: 'workspace' };
const LANES: readonly Lane[] = ['chat', 'workspace'];

/** Tokens. The context of a model that the CLI does not list: the smallest of the current models. */
const UNLISTED_CONTEXT_LENGTH = 200_000;

/** The name without a tag: `default` becomes `claude`, `sonnet` becomes `claude-sonnet`, full ids stay. */
function baseName(model: Model): string {
  const value = model.value.toLowerCase();
  if (value === DEFAULT_MODEL) return 'claude';
  const safe = value.replace(/[^a-z0-9_.-]+/g, '-').replace(/-+$/, '');
  return safe.startsWith('claude') ? safe : `claude-${safe}`;
}

/** Every model in every lane: lane by lane, within a lane in the backend's order. */
export function listEntries(models: readonly Model[], lanes: readonly Lane[]): CatalogEntry[] {
  return lanes.flatMap((lane) =>
    models.map((model) => ({ name: `${baseName(model)}:${TAG_OF_LANE[lane]}`, lane, model })),
  );
}

/** Adds an effort where the model has it. As in a request, an effort that the model lacks is ignored. */
function withEffort(entry: CatalogEntry, tag: string): CatalogEntry {
  return entry.lane === 'chat' && isEffort(tag) && entry.model.efforts.includes(tag)
    ? { ...entry, effort: tag }
    : entry;
}

/** The CLI's suffix for a context of a million tokens: `sonnet[1m]`, `claude-sonnet-4-6[1m]`. */
const LONG_CONTEXT = /\[1m\](?=:|$)/;
const LONG_CONTEXT_TOKENS = 1_000_000;

/** Adds the CLI's suffix for the long context, unless the model has it anyway. */
function withLongContext(entry: CatalogEntry): CatalogEntry {
  const { value, resolved, contextLength } = entry.model;
  if (contextLength >= LONG_CONTEXT_TOKENS || LONG_CONTEXT.test(value)) return entry;
  // The suffix is for a model, not for the word "default".
  const id = `${value === DEFAULT_MODEL ? resolved : value}[1m]`;
  const model: Model = { ...entry.model, value: id, resolved: id, contextLength: LONG_CONTEXT_TOKENS };
  return { ...entry, name: `${baseName(model)}:${TAG_OF_LANE[entry.lane]}`, model };
}

/** Finds an entry under a name with the suffix for the long context. */
function findLong(
  canonical: string,
  find: (name: string) => CatalogEntry | undefined,
): CatalogEntry | undefined {
  const found = LONG_CONTEXT.test(canonical) ? find(canonical.replace(LONG_CONTEXT, '')) : undefined;
  return found && withLongContext(found);
}

/**
 * The CLI's names that it does not list: the most capable model, and Sonnet with Opus for planning. The CLI finds out which
 * models they are.
 */
const UNLISTED_NAMES: ReadonlySet<string> = new Set(['best', 'opusplan']);

/** A model that the CLI does not list, under a name that is passed to it unchanged. */
function unlistedEntry(entries: readonly CatalogEntry[], id: string, lane: Lane): CatalogEntry | undefined {
  if (!entries.some((entry) => entry.lane === lane)) return undefined;
  const model: Model = {
    value: id,
    resolved: id,
    displayName: id,
    description: '',
    efforts: EFFORTS,
    thinking: true,
    contextLength: UNLISTED_CONTEXT_LENGTH,
  };
  return { name: `${baseName(model)}:${TAG_OF_LANE[lane]}`, lane, model };
}

function laneOf(tag: string): Lane | undefined {
  return LANES.find((lane) => TAG_OF_LANE[lane] === tag);
}

/** Finds an entry by its own name, or by one of the CLI's names for its model: `sonnet`, `claude-sonnet-5-5`. */
function findByTag(entries: readonly CatalogEntry[], base: string, tag: string): CatalogEntry | undefined {
  const lane = laneOf(tag);
  const ofLane = entries.filter((entry) => entry.lane === lane);
  const resolved = ofLane.filter(({ model }) => model.resolved.toLowerCase() === base);
  return (
    entries.find((entry) => entry.name === `${base}:${tag}`) ??
    ofLane.find(({ model }) => model.value.toLowerCase() === base) ??
    resolved.find(({ model }) => model.value !== DEFAULT_MODEL) ??
    resolved[0] ??
    (UNLISTED_NAMES.has(base) && lane !== undefined ? unlistedEntry(entries, base, lane) : undefined)
  );
}

/** Finds an entry of the CLI by its name in lower case, with its tag. */
function findCliEntry(entries: readonly CatalogEntry[], canonical: string): CatalogEntry | undefined {
  const { base, tag } = splitTag(canonical);
  const found =
    findByTag(entries, base, tag) ??
    // Ids of other providers contain a colon: `anthropic.claude-sonnet-4-20250514-v1:0`.
    findByTag(entries, canonical, TAG_OF_LANE.chat);
  if (found !== undefined || !isEffort(tag)) return found;
  const entry = findByTag(entries, base, TAG_OF_LANE.chat);
  return entry && withEffort(entry, tag);
}

/** Finds a stored model by its name in lower case, with its tag, which may be an effort. */
function findStored(entries: readonly CatalogEntry[], canonical: string): CatalogEntry | undefined {
  const named = (name: string): CatalogEntry | undefined =>
    entries.find((entry) => entry.stored !== undefined && entry.name.toLowerCase() === name);
  const found = named(canonical);
  const { base, tag } = splitTag(canonical);
  if (found !== undefined || !isEffort(tag)) return found;
  const entry = named(`${base}:${TAG_OF_LANE.chat}`);
  return entry && withEffort(entry, tag);
}

/** The entries that are no stored models. */
function ofCli(entries: readonly CatalogEntry[]): CatalogEntry[] {
  return entries.filter(({ stored }) => stored === undefined);
}

/** `findListed` without stored models. */
export function findOfCli(entries: readonly CatalogEntry[], name: string): CatalogEntry | undefined {
  const own = ofCli(entries);
  const canonical = canonicalName(name);
  return findCliEntry(own, canonical) ?? findLong(canonical, (plain) => findCliEntry(own, plain));
}

/**
 * Finds the entry with exactly this name, or one of the CLI's own names, in any case, with or without its tag. The tag may be
 * an effort: `claude-sonnet:high`.
 */
export function findListed(entries: readonly CatalogEntry[], name: string): CatalogEntry | undefined {
  return findOfCli(entries, name) ?? findStored(entries, canonicalName(name));
}

/** Finds the model of the family that a name contains: `anthropic/claude-3-5-haiku-latest`, `claude-haiku:7b`. */
function findFamily(entries: readonly CatalogEntry[], name: string): CatalogEntry | undefined {
  const canonical = canonicalName(name);
  const long = findLong(canonical, (plain) => findFamily(entries, plain));
  if (long !== undefined) return long;
  const { tag } = splitTag(canonical);
  const lane = laneOf(tag) ?? 'chat';
  const found = familyNamed(
    ofCli(entries).filter((entry) => entry.lane === lane),
    canonical,
  );
  return found && withEffort(found, tag);
}

/** The target of an alias: an entry, or a model that the CLI does not list, whose id is passed to it unchanged. */
export function findTarget(entries: readonly CatalogEntry[], target: string): CatalogEntry | undefined {
  const listed = findListed(entries, target);
  const trimmed = target.trim();
  if (listed !== undefined || trimmed === '') return listed;
  const { base, tag } = splitTag(trimmed);
  const lane = laneOf(tag) ?? 'chat';
  const id = lane === 'workspace' || tag === TAG_OF_LANE.chat || isEffort(tag) ? base : trimmed;
  const entry = unlistedEntry(entries, id, lane);
  return entry && withEffort(entry, tag);
}

function findAlias(
  entries: readonly CatalogEntry[],
  name: string,
  aliases: NamePolicy['aliases'],
): CatalogEntry | undefined {
  const targetOf = (wanted: string): string | undefined =>
    Object.entries(aliases).find(([alias]) => canonicalName(alias) === wanted)?.[1];
  const canonical = canonicalName(name);
  const target = targetOf(canonical);
  if (target !== undefined) return findTarget(entries, target);
  const { base, tag } = splitTag(canonical);
  const untagged = isEffort(tag) ? targetOf(`${base}:${TAG_OF_LANE.chat}`) : undefined;
  const entry = untagged === undefined ? undefined : findTarget(entries, untagged);
  return entry && withEffort(entry, tag);
}

/** The model for an unknown name. It is never more expensive than the family that the name contains. */
function findDefault(
  entries: readonly CatalogEntry[],
  name: string,
  defaultModel: string,
): CatalogEntry | undefined {
  const within = mostCapableWithin(ofCli(entries), canonicalName(name));
  if (within !== 'any') return within;
  const chosen = defaultModel === '' ? undefined : findListed(entries, defaultModel);
  return (
    chosen ??
    (defaultModel === '' ? undefined : findFamily(entries, defaultModel)) ??
    entries.find(({ model }) => model.value === DEFAULT_MODEL) ??
    entries[0]
  );
}

/**
 * Finds the entry for a client's model string: the user's aliases, listed names, stored models, the families of models, the
 * default. Aliases come first, so that the user can map any name to a Claude model.
 * @returns `undefined` when the name is unknown and the policy rejects unknown names, or only more expensive models than
 *   the name contains are listed, or the catalog is empty
 */
export function resolveName(
  entries: readonly CatalogEntry[],
  name: string,
  policy: NamePolicy,
): Resolution | undefined {
  const entry =
    findAlias(entries, name, policy.aliases) ?? findListed(entries, name) ?? findFamily(entries, name);
  if (entry !== undefined) return { entry, known: true };
  if (policy.unknown === 'reject') return undefined;
  const fallback = findDefault(entries, name, policy.defaultModel);
  return fallback && { entry: fallback, known: false };
}
