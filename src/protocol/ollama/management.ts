/** Requests that would change which models there are, and the lines that tell of it. */
import type { CatalogEntry } from '../../core/catalog.js';
import type { Json } from '../../core/json.js';
import { jsonLine } from '../ndjson.js';
import { bodyFields } from './body.js';
import { digestOf, SIZE_BYTES } from './models.js';

/** A body that names one model. */
export interface NamedBody {
  /** As the client typed it, under either of its two names; may be empty. */
  readonly model: string;
  readonly stream: boolean;
}

/**
 * Decodes a body of `/api/pull`, `/api/push` or `/api/delete`.
 * @param struct what Ollama calls it in its errors
 * @throws ChatError `badRequest` in Ollama's words
 */
export function decodeNamed(
  text: string,
  struct: 'PullRequest' | 'PushRequest' | 'DeleteRequest',
): NamedBody {
  const fields = bodyFields(text, struct);
  const model = fields.string('model') ?? '';
  const name = fields.string('name') ?? '';
  if (struct !== 'DeleteRequest') fields.boolean('insecure');
  const stream = struct === 'DeleteRequest' ? undefined : fields.boolean('stream');
  return { model: model === '' ? name : model, stream: stream ?? true };
}

/** A body of `/api/copy`. */
export interface CopyBody {
  readonly source: string;
  readonly destination: string;
}

/** @throws ChatError `badRequest` in Ollama's words */
export function decodeCopy(text: string): CopyBody {
  const fields = bodyFields(text, 'CopyRequest');
  return { source: fields.string('source') ?? '', destination: fields.string('destination') ?? '' };
}

/** A body of `/api/create`. */
export interface CreateBody extends NamedBody {
  /** The model that the new one is made from; may be empty. */
  readonly from: string;
  /** Whether files are named that it is to be made from. */
  readonly files: boolean;
  /** Whether the new one is to differ from the old in more than its name. */
  readonly differs: boolean;
}

function says(value: Json | undefined): boolean {
  if (value === undefined || value === '' || value === false) return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}

/** @throws ChatError `badRequest` in Ollama's words */
export function decodeCreate(text: string): CreateBody {
  const fields = bodyFields(text, 'CreateRequest');
  const model = fields.string('model') ?? '';
  const name = fields.string('name') ?? '';
  const differences = ['adapters', 'template', 'system', 'parameters', 'messages', 'quantize', 'modelfile'];
  return {
    model: model === '' ? name : model,
    stream: fields.boolean('stream') ?? true,
    from: fields.string('from') ?? '',
    files: says(fields.any('files')),
    differs: differences.some((field) => says(fields.any(field))),
  };
}

/** Whether it is the name of a blob: `sha256:` or `sha256-` and 64 hexadecimal digits. */
export function isDigest(text: string): boolean {
  return /^sha256[:-][0-9a-fA-F]{64}$/.test(text);
}

/** Ollama's words for "not in the registry"; its own program looks for them. */
export const NOT_IN_REGISTRY = 'pull model manifest: file does not exist';

/** The progress of a route that does one thing after the other. */
export type Progress = readonly { readonly status: string; readonly [field: string]: Json }[];

/** A pull of a model that is there. */
export function pullProgress(entry: CatalogEntry): Progress {
  const digest = digestOf(entry.name);
  const layer = { digest: `sha256:${digest}`, total: SIZE_BYTES, completed: SIZE_BYTES };
  return [
    { status: 'pulling manifest' },
    { status: `pulling ${digest.slice(0, 12)}`, ...layer },
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}

/** The making of a model that is another one under a new name. */
export function createProgress(entry: CatalogEntry): Progress {
  return [
    { status: `using existing layer sha256:${digestOf(entry.name)}` },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}

/** Progress as it is streamed. @param error what it ended with */
export function progressLines(progress: Progress, error?: string): string {
  return [...progress, ...(error === undefined ? [] : [{ error }])].map(jsonLine).join('');
}
