/**
 * Bodies of `/api/tags`, `/api/show`, `/api/ps` and `/api/version`. Ollama describes files of weights; Claude has
 * none, so sizes and digests are placeholders that every known client can read.
 */
import type { CatalogEntry } from '../../core/catalog.js';
import type { JsonObject } from '../../core/json.js';

/** The Ollama whose API this is. Clients compare it with their minimum, so it is a plain number. */
export const OLLAMA_VERSION = '0.33.0';

/** `details.family` and `general.architecture`, which clients expect to be the same word. */
const FAMILY = 'claude';
/** Of every model, in bytes. */
export const SIZE_BYTES = 4_661_224_676;
const PARAMETER_COUNT = 8_000_000_000;
const EMBEDDING_LENGTH = 4_096;
/** Copilot shows `general.basename` as the name of the model. */
const COPILOT = 'GitHubCopilotChat/';

/** 64 hexadecimal digits that belong to that text: FNV-1a, once for each eighth, each with its own start. */
export function digestOf(text: string): string {
  let digest = '';
  for (let part = 0; part < 8; part += 1) {
    let hash = Math.imul(0x811c9dc5 ^ part, 0x9e3779b1);
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    hash ^= hash >>> 15;
    digest += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return digest;
}

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: FAMILY,
  families: [FAMILY],
  parameter_size: '8.0B',
  quantization_level: 'Q4_0',
};

function capabilities(entry: CatalogEntry): string[] {
  return ['completion', 'tools', 'vision', ...(entry.model.thinking ? ['thinking'] : [])];
}

/** `/api/version`. */
export function versionBody(): JsonObject {
  return { version: OLLAMA_VERSION };
}

/**
 * `/api/tags`.
 * @param modifiedAt the same instant in every answer of one server
 */
export function tagsBody(entries: readonly CatalogEntry[], modifiedAt: Date): JsonObject {
  return {
    models: entries.map((entry) => ({
      name: entry.name,
      model: entry.name,
      modified_at: modifiedAt.toISOString(),
      size: SIZE_BYTES,
      digest: digestOf(entry.name),
      details: {
        ...DETAILS,
        context_length: entry.model.contextLength,
        embedding_length: EMBEDDING_LENGTH,
      },
      capabilities: capabilities(entry),
    })),
  };
}

/** A model in memory, as `/api/ps` shows it. */
export interface LoadedModel {
  readonly entry: CatalogEntry;
  readonly expiresAt: Date;
}

/** `/api/ps`, in the given order. */
export function psBody(loaded: readonly LoadedModel[]): JsonObject {
  return {
    models: loaded.map(({ entry, expiresAt }) => ({
      name: entry.name,
      model: entry.name,
      size: SIZE_BYTES,
      digest: digestOf(entry.name),
      details: DETAILS,
      expires_at: expiresAt.toISOString(),
      size_vram: SIZE_BYTES,
      context_length: entry.model.contextLength,
    })),
  };
}

/** Who asks `/api/show`, and for what. */
export interface ShowQuery {
  /** The client's string for the model. */
  readonly asked: string;
  readonly userAgent: string;
  readonly modifiedAt: Date;
}

/** `/api/show`. */
export function showBody(entry: CatalogEntry, query: ShowQuery): JsonObject {
  const { model } = entry;
  const basename = query.userAgent.startsWith(COPILOT) ? query.asked : entry.name.replace(/:latest$/, '');
  return {
    license: '',
    modelfile: `# ${model.displayName} by the Claude CLI\nFROM ${entry.name}\nPARAMETER num_ctx ${model.contextLength}\n`,
    parameters: `num_ctx ${model.contextLength}`,
    // Clients look for `.Tools` here. `.Suffix` would promise completion in the middle of a text.
    template: '{{ .System }}{{ if .Tools }}{{ .Tools }}{{ end }}{{ .Prompt }}',
    details: DETAILS,
    model_info: {
      'general.architecture': FAMILY,
      'general.basename': basename,
      'general.parameter_count': PARAMETER_COUNT,
      [`${FAMILY}.context_length`]: model.contextLength,
      [`${FAMILY}.embedding_length`]: EMBEDDING_LENGTH,
    },
    capabilities: capabilities(entry),
    modified_at: query.modifiedAt.toISOString(),
  };
}
