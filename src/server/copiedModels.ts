import { canonicalName, type CatalogEntry } from '../core/catalog.js';
import { ChatError } from '../core/errors.js';

/** More than anybody makes by hand. */
const MOST = 100;

/**
 * Names that clients gave to models by copying them, as `ollama cp` does. They last as long as the endpoint and are
 * kept in memory only.
 */
export interface CopiedModels {
  /**
   * The entries with their copies behind them. A copy whose model is gone is left out.
   */
  addTo(entries: readonly CatalogEntry[]): CatalogEntry[];
  /**
   * Gives a model another name, with a tag or without. A copy of a copy stands for the model itself.
   * @throws ChatError `badRequest` when there are too many
   */
  set(name: string, entry: CatalogEntry): void;
  /** Forgets the name; false when it is none of a copy. */
  delete(name: string): boolean;
}

export function createCopiedModels(): CopiedModels {
  /** Names → names of the catalog. */
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
      if (originals.size >= MOST && !originals.has(key)) {
        throw new ChatError('badRequest', `There are ${MOST} copies already. Delete one first.`);
      }
      originals.set(key, originals.get(entry.name) ?? entry.name);
    },
    delete: (name) => originals.delete(canonicalName(name)),
  };
}
