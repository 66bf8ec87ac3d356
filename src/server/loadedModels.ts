import type { CatalogEntry } from '../core/catalog.js';

/** A model that counts as loaded. */
export interface LoadedModelTime {
  readonly entry: CatalogEntry;
  /** Milliseconds until it is unloaded, if nobody uses it meanwhile. */
  readonly remainingMs: number;
}

/** Which models count as loaded: from the start of a chat or load until `keep_alive` has run out, or an unload. */
export interface LoadedModels {
  /** Loads it and keeps it until the returned function is called, and for that long from then on. */
  use(entry: CatalogEntry, keepAliveMs: number): () => void;
  unload(entry: CatalogEntry): void;
  /** The loaded ones, the one that stays longest first. */
  list(): LoadedModelTime[];
}

interface State {
  readonly entry: CatalogEntry;
  users: number;
  keepAliveMs: number;
  idleSinceMs: number;
}

/** @param nowMs a clock that never runs backwards */
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
