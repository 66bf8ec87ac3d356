/**
 * What a client of Anthropic gets at `/v1/models` and `/v1/models/:model` (`ModelInfo` of the SDKs), beside the fields of
 * OpenAI's API: no name has two meanings.
 */
import type { CatalogEntry } from '../../core/catalog.js';
import type { JsonObject } from '../../core/json.js';

/** The fields of one model beside its `id`. The Java SDK checks that each is there; null means that it is not known. */
export function modelFields({ name, model, lane, stored }: CatalogEntry, createdAt: Date): JsonObject {
  const title = lane === 'chat' ? model.displayName : `${model.displayName} (workspace)`;
  return {
    type: 'model',
    display_name: stored === undefined ? title : name,
    created_at: (stored?.modifiedAt ?? createdAt).toISOString(),
    max_input_tokens: model.contextLength,
    max_tokens: model.maxOutputTokens ?? null,
    capabilities: null,
    lifecycle: 'active',
    line: null,
    deprecated_at: null,
    retires_at: null,
  };
}

/** The fields of a list beside its `data`. It has only one page. @param ids of all models, in order */
export function pageFields(ids: readonly string[]): JsonObject {
  return { has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null };
}
