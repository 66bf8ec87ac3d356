/** Requests that would change the list of models, and their progress messages. */
import type { CatalogEntry } from '../../core/catalog.js';
import { badRequest, type ChatError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { bodyFields, type Fields } from '../json/fields.js';
import { jsonLine } from '../ndjson.js';
import { digestOf, readModelName, SIZE_BYTES, TEMPLATE } from './models.js';
import { type Additions, readAdditions } from './storedModel.js';

/** A body that names one model. */
export interface NamedBody {
  /** As the client sent it; may be empty. */
  readonly model: string;
  readonly stream: boolean;
}

/**
 * Decodes a body of `/api/pull`, `/api/push` or `/api/delete`.
 * @param struct Ollama's name of the body
 * @throws ChatError `badRequest` with Ollama's message
 */
export function decodeNamed(
  text: string,
  struct: 'PullRequest' | 'PushRequest' | 'DeleteRequest',
): NamedBody {
  const fields = bodyFields(text, `api.${struct}`);
  const model = readModelName(fields);
  if (struct !== 'DeleteRequest') fields.boolean('insecure');
  const stream = struct === 'DeleteRequest' ? undefined : fields.boolean('stream');
  return { model, stream: stream ?? true };
}

/** A body of `/api/copy`. */
export interface CopyBody {
  readonly source: string;
  readonly destination: string;
}

/** @throws ChatError `badRequest` with Ollama's message */
export function decodeCopy(text: string): CopyBody {
  const fields = bodyFields(text, 'api.CopyRequest');
  return { source: fields.string('source') ?? '', destination: fields.string('destination') ?? '' };
}

/** A body of `/api/create`. */
export interface CreateBody extends NamedBody {
  /** The model to create the new one from; may be empty. */
  readonly from: string;
  /** Whether the new model is to be created from uploaded files. */
  readonly hasFiles: boolean;
  /** What the new model adds. */
  readonly additions: Additions;
  /** The error for the first field that Claude models cannot have, if there is one. */
  readonly unsupported: ChatError | undefined;
}

/** What the fields of `/api/create` are for that a model of Claude cannot have. */
const UNSUPPORTED_FIELDS = new Map<string, string>([
  ['files', 'files of weights'],
  ['draft_files', 'files of weights'],
  ['quantize', 'quantization'],
  ['quantization', 'quantization'],
  ['draft_quantize', 'quantization'],
  ['remote_host', 'another server'],
  ['renderer', 'a renderer'],
  ['parser', 'a parser'],
  ['requires', 'a required version'],
  ['info', 'other information'],
  ['modelfile', 'a Modelfile as text'],
]);

function isSet(value: Json | undefined): boolean {
  if (value === undefined || value === '' || value === false) return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}

function unsupportedField(fields: Fields): ChatError | undefined {
  const hasTemplate = isSet(fields.value('template')) && fields.value('template') !== TEMPLATE;
  const field = hasTemplate
    ? 'template'
    : [...UNSUPPORTED_FIELDS.keys()].find((name) => isSet(fields.value(name)));
  if (field === undefined) return undefined;
  const meaning = UNSUPPORTED_FIELDS.get(field) ?? 'a prompt template';
  return badRequest(
    `This server cannot create a model with ${meaning} (${JSON.stringify(field)}): its models are those of the Claude CLI. ` +
      'Leave it out. A new model can have "from", "system", "parameters", "messages" and "license".',
  );
}

/** @throws ChatError `badRequest`, mostly with Ollama's message */
export function decodeCreate(text: string): CreateBody {
  const fields = bodyFields(text, 'api.CreateRequest');
  const model = readModelName(fields);
  const stream = fields.boolean('stream') ?? true;
  const from = fields.string('from') ?? '';
  if (isSet(fields.value('adapters'))) throw badRequest('LoRA adapters are no longer supported');
  return {
    model,
    stream,
    from,
    hasFiles: isSet(fields.value('files')),
    additions: readAdditions(fields),
    unsupported: unsupportedField(fields),
  };
}

/** Whether the text is the name of a blob: `sha256:` or `sha256-` and 64 hexadecimal digits. */
export function isDigest(text: string): boolean {
  return /^sha256[:-][0-9a-fA-F]{64}$/.test(text);
}

/** Ollama's message for a model that its registry does not have. Its command-line client looks for it. */
export const NOT_IN_REGISTRY = 'pull model manifest: file does not exist';

/** Progress messages of a request, in order. */
export type Progress = readonly { readonly status: string; readonly [field: string]: Json }[];

/** The progress of pulling a model that already exists. */
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

/** The progress of creating a model from an existing one. */
export function createProgress(entry: CatalogEntry): Progress {
  return [
    { status: `using existing layer sha256:${digestOf(entry.name)}` },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}

/** Progress messages as streamed lines. @param error the message of the error that ended the request, if any */
export function progressLines(progress: Progress, error?: string): string {
  return [...progress, ...(error === undefined ? [] : [{ error }])].map(jsonLine).join('');
}
