/** Stored models as entries of the catalog. */
import { type CatalogEntry, findOfCli, findTarget, TAG_OF_LANE } from './catalog.js';
import { splitTag } from './modelName.js';
import type { StoredModel } from './storedModel.js';

/**
 * The entries, followed by the stored models, the newest first. A stored model is left out while the CLI has a model of its
 * name, and while its own model cannot be used: in a lane that is not open, or without any model.
 */
export function withStoredModels(
  entries: readonly CatalogEntry[],
  stored: readonly StoredModel[],
): CatalogEntry[] {
  const newestFirst = stored.toReversed().sort((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
  const more = newestFirst.flatMap((model) => {
    const target = findTarget(entries, model.from);
    if (target === undefined || findOfCli(entries, model.name) !== undefined) return [];
    return [{ ...target, name: model.name, stored: model }];
  });
  return [...entries, ...more];
}

/** What a model that is made from this entry has in `from`. */
export function targetName(entries: readonly CatalogEntry[], entry: CatalogEntry): string {
  const { name, lane, model, effort, stored } = entry;
  if (stored !== undefined) return stored.from;
  const isListed = entries.some((listed) => listed.name === name);
  const tag = effort ?? TAG_OF_LANE[lane];
  if (isListed) return `${splitTag(name).base}:${tag}`;
  return tag === TAG_OF_LANE.chat ? model.value : `${model.value}:${tag}`;
}
