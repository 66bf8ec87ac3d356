import { canonicalName, type CatalogEntry } from '../core/catalog.js';
import { ChatError } from '../core/errors.js';

const MAX_COPIES = 100;

/**
 * Additional model names that clients created with `POST /api/copy` (`ollama cp`) or `POST /api/create`. They are kept
 * in memory, for the lifetime of the endpoint.
 */
export interface CopiedModels {
  /** The entries, followed by their copies. A copy of a model that no longer exists is left out. */
  addTo(entries: readonly CatalogEntry[]): CatalogEntry[];
  /**
   * Gives a model another name, with or without a tag. A copy of a copy refers to the original model.
   * @throws ChatError `badRequest` when there are too many copies
   */
  set(name: string, entry: CatalogEntry): void;
  /** Deletes a copy. @returns false when no copy has this name */
  delete(name: string): boolean;
}

export function createCopiedModels(): CopiedModels {
  /** Name of the copy → name in the catalog. */
  const originals = new Map<string, string>();
  return {
    addTo(entries) {
      const copies = [...originals].flatMap(([name, original]) => {
        const entry = entries.find((candidate) => candidate.name === original);
        return entry === undefined ? [] : [{ ...entry, name }];
      });
      return [...entries, ...copies];
    },
    set(name, entry) {
      const key = canonicalName(name);
      if (originals.size >= MAX_COPIES && !originals.has(key)) {
        throw new ChatError('badRequest', `There are already ${MAX_COPIES} copied models. Delete one first.`);
      }
      originals.set(key, originals.get(entry.name) ?? entry.name);
    },
    delete: (name) => originals.delete(canonicalName(name)),
  };
}
