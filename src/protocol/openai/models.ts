/** `/v1/models` and one of them. */
import type { CatalogEntry } from '../../core/catalog.js';
import type { JsonObject } from '../../core/json.js';

/** Ollama's namespace of models that belong to nobody in particular. */
const OWNER = 'library';

/**
 * One model.
 * @param id the name to show: the client's own when it asked for that one
 * @param since the same instant in every answer of one server
 */
export function modelBody(id: string, since: Date): JsonObject {
  return { id, object: 'model', created: Math.floor(since.getTime() / 1_000), owned_by: OWNER };
}

/** The list, in the order of `/api/tags`. */
export function modelsBody(entries: readonly CatalogEntry[], since: Date): JsonObject {
  return { object: 'list', data: entries.map((entry) => modelBody(entry.name, since)) };
}
