import type { CatalogEntry } from '../core/catalog.js';

/** A model that counts as loaded. */
export interface LoadedModel {
  readonly entry: CatalogEntry;
  /** Milliseconds until it is unloaded, unless another request uses it first. */
  readonly remainingMs: number;
}

/**
 * Which models `GET /api/ps` reports as loaded: those of running chats, and of chats and loads whose `keep_alive` has
 * not run out. An unload ends that early. The processes of the CLI are not affected.
 */
export interface LoadedModels {
  /** Loads a model. It stays loaded until the returned function is called, and for `keepAliveMs` after that. */
  use(entry: CatalogEntry, keepAliveMs: number): () => void;
  unload(entry: CatalogEntry): void;
  /** The loaded models, the one with the longest remaining time first. */
  list(): LoadedModel[];
}

interface State {
  readonly entry: CatalogEntry;
  users: number;
  keepAliveMs: number;
  idleSinceMs: number;
}

/** @param nowMs a monotonic clock */
export function createLoadedModels(nowMs: () => number): LoadedModels {
  const states = new Map<string, State>();
  const remaining = (state: State): number =>
    state.keepAliveMs - (state.users > 0 ? 0 : nowMs() - state.idleSinceMs);
  return {
    use(entry, keepAliveMs) {
      const state = states.get(entry.name) ?? { entry, users: 0, keepAliveMs, idleSinceMs: 0 };
      states.set(entry.name, state);
      state.users += 1;
      state.keepAliveMs = keepAliveMs;
      return () => {
        state.users -= 1;
        state.keepAliveMs = keepAliveMs;
        state.idleSinceMs = nowMs();
      };
    },
    unload: (entry) => void states.delete(entry.name),
    list() {
      for (const [name, state] of states) {
        if (state.users === 0 && remaining(state) <= 0) states.delete(name);
      }
      return [...states.values()]
        .map((state) => ({ entry: state.entry, remainingMs: remaining(state) }))
        .sort((a, b) => b.remainingMs - a.remainingMs);
    },
  };
}
