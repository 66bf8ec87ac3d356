/** Models as clients store them. */
import type { StoredModel } from '../../src/core/storedModel.js';
import { readStoredModel } from '../../src/protocol/ollama/storedModel.js';

/** A stored model with these fields of `/api/create`, and defaults for the others. */
export function storedModel(fields: object = {}): StoredModel {
  const defaults = {
    model: 'mine:latest',
    from: 'claude-sonnet:latest',
    modified_at: '2026-01-02T03:04:05.678Z',
  };
  return readStoredModel(JSON.stringify({ ...defaults, ...fields }));
}
