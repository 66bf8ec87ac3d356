/** `/v1/models` and `/v1/models/:model`. */
import type { CatalogEntry } from '../../core/catalog.js';
import type { JsonObject } from '../../core/json.js';

/** Ollama sends the namespace of the model here; `library` is the default namespace. */
const OWNER = 'library';

/**
 * The description of one model.
 * @param id the client's own spelling, or the catalog's name in a list
 * @param createdAt must be the same in every reply of one server, unless a client makes the model again
 */
export function modelBody(id: string, createdAt: Date): JsonObject {
  return { id, object: 'model', created: Math.floor(createdAt.getTime() / 1_000), owned_by: OWNER };
}

/**
 * The list of models, in the order of `/api/tags`.
 * @param more further fields of a model
 */
export function modelsBody(
  entries: readonly CatalogEntry[],
  createdAt: Date,
  more: (entry: CatalogEntry) => JsonObject = () => ({}),
): JsonObject {
  const data = entries.map((entry) => ({
    ...modelBody(entry.name, entry.stored?.modifiedAt ?? createdAt),
    ...more(entry),
  }));
  return { object: 'list', data };
}
