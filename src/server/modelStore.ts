/** Where stored models are kept. */
import type { StoredModel } from '../core/storedModel.js';

/** Keeps models when the server is stopped. */
export interface ModelStore {
  /** @throws ChatError when they cannot be read */
  load(): Promise<readonly StoredModel[]>;
  /** @throws ChatError when they cannot be written, or are too large */
  save(models: readonly StoredModel[]): Promise<void>;
}

/** Keeps the models in memory only. */
export function createMemoryStore(): ModelStore {
  let kept: readonly StoredModel[] = [];
  return {
    load: () => Promise.resolve(kept),
    save(models) {
      kept = models;
      return Promise.resolve();
    },
  };
}
