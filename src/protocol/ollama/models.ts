/**
 * `/api/tags`, `/api/show`, `/api/ps` and `/api/version`. Ollama describes files of weights. Claude has none, so sizes,
 * digests and details are placeholders that every known client can read.
 */
import type { Model } from '../../core/backend.js';
import type { CatalogEntry } from '../../core/catalog.js';
import type { Effort } from '../../core/chat.js';
import type { JsonObject } from '../../core/json.js';
import { bodyFields, type Fields } from '../json/fields.js';
import { modelfile, parametersText, shownMessages } from './modelfile.js';

/** The version of Ollama whose API this is. Clients compare it with the oldest version that they support. */
export const OLLAMA_VERSION = '0.34.4';

/** `details.family` and `general.architecture`. Clients expect them to be equal. */
const FAMILY = 'claude';
/** The default of the Messages API. */
const STANDARD_EFFORT: Effort = 'high';
/** The size of every model. */
export const SIZE_BYTES = 4_661_224_676;
const PARAMETER_COUNT = 8_000_000_000;
const EMBEDDING_LENGTH = 4_096;
/** The beginning of the User-Agent of GitHub Copilot Chat, which shows `general.basename` as the model's name. */
const COPILOT_USER_AGENT = 'GitHubCopilotChat/';

/** A digest of 64 hexadecimal digits: eight FNV-1a hashes of the text, each with its own offset basis. */
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

/**
 * The values of `think` that a model takes, and what counts without one (`Thinking` in Ollama's types/model, since 0.34).
 * `ollama launch codex` offers exactly these.
 */
function thinkingControls({ thinking, efforts, defaultEffort = STANDARD_EFFORT }: Model): JsonObject {
  if (!thinking) return {};
  if (efforts.includes(defaultEffort)) {
    return { thinking: { values: [false, ...efforts], default: defaultEffort } };
  }
  return { thinking: { values: [false, true, ...efforts], default: true } };
}

/** LiteLLM offers tools only if it finds `.Tools` here. `.Suffix` would announce fill-in-the-middle completion. */
export const TEMPLATE = '{{ .System }}{{ if .Tools }}{{ .Tools }}{{ end }}{{ .Prompt }}';

/** When a model was made: a stored one by its client, one of the CLI with the server. */
function modifiedAt({ stored }: CatalogEntry, createdAt: Date): string {
  return (stored?.modifiedAt ?? createdAt).toISOString();
}

/** The reply of `/api/version`. */
export function versionBody(): JsonObject {
  return { version: OLLAMA_VERSION };
}

/**
 * The reply of `/api/tags`.
 * @param createdAt the date of the CLI's models; must be the same in every reply of one server
 */
export function tagsBody(entries: readonly CatalogEntry[], createdAt: Date): JsonObject {
  return {
    models: entries.map((entry) => ({
      name: entry.name,
      model: entry.name,
      modified_at: modifiedAt(entry, createdAt),
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

/** The reply of `/api/ps`, in the given order. */
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

/** `model`, or its older name `name`; may be empty. */
export function readModelName(fields: Fields): string {
  const model = fields.string('model') ?? '';
  const name = fields.string('name') ?? '';
  return model === '' ? name : model;
}

/** A body of `/api/show`. */
export interface ShowRequest {
  /** May be empty. */
  readonly model: string;
  /** For the Modelfile of the reply, instead of the model's own; may be empty. */
  readonly system: string;
  /** For the Modelfile of the reply, in addition to the model's own. */
  readonly parameters: JsonObject;
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeShow(text: string): ShowRequest {
  const fields = bodyFields(text, 'api.ShowRequest');
  return {
    model: readModelName(fields),
    system: fields.text('system') ?? '',
    parameters: fields.object('options', 'map[string]interface {}') ?? {},
  };
}

export interface ShowOptions {
  readonly request: ShowRequest;
  readonly userAgent: string;
  /** The date of the CLI's models. */
  readonly createdAt: Date;
}

/** The reply of `/api/show`. */
export function showBody(entry: CatalogEntry, { request, userAgent, createdAt }: ShowOptions): JsonObject {
  const { model, stored } = entry;
  const forCopilot = userAgent.startsWith(COPILOT_USER_AGENT);
  const basename = forCopilot ? request.model : entry.name.replace(/:latest$/, '');
  const parameters = { num_ctx: model.contextLength, ...stored?.parameters };
  const system = request.system === '' ? (stored?.system ?? '') : request.system;
  const license = stored?.license ?? [];
  const history = stored?.history ?? [];
  return {
    ...thinkingControls(model),
    license: license.join('\n'),
    modelfile: modelfile({
      title: `${model.displayName} by the Claude CLI`,
      from: stored?.from ?? entry.name,
      system,
      license,
      parameters: { ...parameters, ...request.parameters },
      history,
    }),
    parameters: parametersText(parameters),
    template: TEMPLATE,
    ...(system === '' ? {} : { system }),
    details: DETAILS,
    ...(history.length === 0 ? {} : { messages: shownMessages(history) }),
    model_info: {
      'general.architecture': FAMILY,
      'general.basename': basename,
      'general.parameter_count': PARAMETER_COUNT,
      [`${FAMILY}.context_length`]: model.contextLength,
      [`${FAMILY}.embedding_length`]: EMBEDDING_LENGTH,
    },
    capabilities: capabilities(entry),
    modified_at: modifiedAt(entry, createdAt),
  };
}
