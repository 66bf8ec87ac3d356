/**
 * What Ollama's routes that manage models do. The models are those of the Claude CLI, so no model files are transferred or deleted,
 * and no name becomes a path. Clients can store more models that are made out of these (`storedModels.ts`).
 */
import { type CatalogEntry, findListed } from '../../core/catalog.js';
import { ChatError } from '../../core/errors.js';
import { completeName } from '../../core/modelName.js';
import { targetName } from '../../core/storedEntries.js';
import { isModelName, isRequestedName } from '../../protocol/modelName.js';
import { NDJSON_TYPE } from '../../protocol/ndjson.js';
import { OllamaStatusError } from '../../protocol/ollama/errors.js';
import {
  createProgress,
  decodeCopy,
  decodeCreate,
  decodeNamed,
  isDigest,
  NOT_IN_REGISTRY,
  type Progress,
  progressLines,
  pullProgress,
} from '../../protocol/ollama/management.js';
import { type Additions, mergeAdditions, NO_ADDITIONS } from '../../protocol/ollama/storedModel.js';
import { MAX_CHAT_BODY_BYTES, MAX_SMALL_BODY_BYTES, readBody, yieldIfLarge } from '../body.js';
import { BARE_JSON_TYPE, type Exchange, noteFailure, send, sendFailure } from '../exchange.js';
import { catalog, cliCatalog, findModel, type RouteContext } from './context.js';

function readSmallBody(exchange: Exchange): Promise<string> {
  return readBody(exchange.request, MAX_SMALL_BODY_BYTES);
}

interface ProgressReply {
  readonly stream: boolean;
  readonly progress: Progress;
  /** Ends the reply. In a stream it becomes the last line. */
  readonly error?: ChatError;
}

/** Sends progress lines: all of them as a stream, or only the last one. */
function sendProgress(exchange: Exchange, { stream, progress, error }: ProgressReply): void {
  const { response } = exchange;
  const last = progress.at(-1);
  if (stream) {
    if (error !== undefined) noteFailure(exchange, error);
    send(response, 200, NDJSON_TYPE, progressLines(progress, error?.message));
  } else if (error !== undefined) sendFailure(exchange, error, BARE_JSON_TYPE);
  else send(response, 200, BARE_JSON_TYPE, JSON.stringify(last));
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function unknownModel(message: string): ChatError {
  return new ChatError('unknownModel', message);
}

/** Finds a model by a listed name: other names never mean a model here. */
function requireKnownModel(
  context: RouteContext,
  exchange: Exchange,
  requested: string,
  notFound: string,
): Promise<CatalogEntry> {
  return findModel(context, exchange, requested, { notFound: unknownModel(notFound), names: 'listed' });
}

/** Finds a model; `undefined` when no model has this name. @throws ChatError for any other failure */
async function findModelOrNone(
  context: RouteContext,
  exchange: Exchange,
  requested: string,
): Promise<CatalogEntry | undefined> {
  const notFound = unknownModel(requested);
  try {
    return await findModel(context, exchange, requested, { notFound });
  } catch (thrown) {
    if (thrown === notFound) return undefined;
    throw thrown;
  }
}

export async function pull(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, stream } = decodeNamed(await readSmallBody(exchange), 'PullRequest');
  if (!isRequestedName(model)) throw new ChatError('badRequest', 'invalid model name');
  const entry = await findModelOrNone(context, exchange, model);
  if (entry !== undefined) {
    // A client that pulls a model expects to find it in the list, under the name that it pulled.
    const isListed = findListed(await catalog(context), model) !== undefined;
    // The CLI's own names with brackets are no names of Ollama.
    if (!isListed && isModelName(model)) await store(context, { name: model, entry, more: NO_ADDITIONS });
    sendProgress(exchange, { stream, progress: pullProgress(entry) });
  } else {
    const error = new OllamaStatusError(500, NOT_IN_REGISTRY);
    sendProgress(exchange, { stream, progress: [{ status: 'pulling manifest' }], error });
  }
}

export async function push(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, stream } = decodeNamed(await readSmallBody(exchange), 'PushRequest');
  if (model === '') throw new ChatError('badRequest', 'model is required');
  const entry = await findModelOrNone(context, exchange, model);
  const retrieving = { status: 'retrieving manifest' };
  if (entry === undefined) {
    const error = new OllamaStatusError(500, `model ${quoted(model)} not found`);
    const progress = [retrieving, { status: "couldn't retrieve manifest" }];
    sendProgress(exchange, { stream, progress, error });
  } else {
    const error = new OllamaStatusError(500, 'Claude models cannot be pushed: they have no files.');
    sendProgress(exchange, { stream, progress: [retrieving], error });
  }
}

/** A model to store. */
interface NewModel {
  readonly name: string;
  /** The model that it is made from. */
  readonly entry: CatalogEntry;
  readonly more: Additions;
}

/** @throws ChatError `badRequest` when the name belongs to a model of the CLI, or the error of the store */
async function store(context: RouteContext, { name, entry, more }: NewModel): Promise<void> {
  const cliModels = await cliCatalog(context);
  if (findListed(cliModels, name) !== undefined) {
    throw new ChatError(
      'badRequest',
      `${quoted(name)} is a model of the Claude CLI and cannot be replaced. Choose another name.`,
    );
  }
  await context.storedModels.put({
    ...mergeAdditions(entry.stored, more),
    name: completeName(name),
    from: targetName(cliModels, entry),
    modifiedAt: new Date(),
  });
}

export async function copy(context: RouteContext, exchange: Exchange): Promise<void> {
  const { source, destination } = decodeCopy(await readSmallBody(exchange));
  if (!isRequestedName(source)) throw new ChatError('badRequest', `source ${quoted(source)} is invalid`);
  if (!isModelName(destination)) {
    throw new ChatError('badRequest', `destination ${quoted(destination)} is invalid`);
  }
  const entry = await requireKnownModel(context, exchange, source, `model ${quoted(source)} not found`);
  // A copy of a model to itself changes nothing.
  const isSame = findListed(await catalog(context), destination)?.name === entry.name;
  if (!isSame) await store(context, { name: destination, entry, more: NO_ADDITIONS });
  send(exchange.response, 200, undefined, '');
}

export async function create(context: RouteContext, exchange: Exchange): Promise<void> {
  const text = await readBody(exchange.request, MAX_CHAT_BODY_BYTES);
  const body = decodeCreate(text);
  await yieldIfLarge(text.length);
  if (!isModelName(body.model)) throw new ChatError('badRequest', 'invalid model name');
  if (body.from === '' && !body.hasFiles) {
    const error = new ChatError('badRequest', "neither 'from' or 'files' was specified");
    sendFailure(exchange, error, BARE_JSON_TYPE);
    return;
  }
  if (body.unsupported !== undefined) throw body.unsupported;
  const entry = isRequestedName(body.from) ? await findModelOrNone(context, exchange, body.from) : undefined;
  if (entry === undefined) {
    const error = new OllamaStatusError(500, NOT_IN_REGISTRY);
    const progress = [{ status: 'pulling manifest' }];
    sendProgress(exchange, { stream: body.stream, progress, error });
    return;
  }
  await store(context, { name: body.model, entry, more: body.additions });
  sendProgress(exchange, { stream: body.stream, progress: createProgress(entry) });
}

/** Deletes a stored model. A model of the CLI cannot be deleted, and the reply says so: a success would be untrue. */
export async function remove(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model } = decodeNamed(await readSmallBody(exchange), 'DeleteRequest');
  if (model.trim() === '') throw new ChatError('badRequest', 'model is required');
  if (!isModelName(model)) throw new ChatError('badRequest', `name ${quoted(model)} is invalid`);
  const notFound = `model '${model}' not found`;
  const entry = await requireKnownModel(context, exchange, model, notFound);
  if (entry.stored === undefined) {
    throw new ChatError(
      'badRequest',
      `${quoted(entry.name)} is a model of the Claude CLI and cannot be deleted.`,
    );
  }
  // The name of a stored model with an effort means that model in a chat, but not here.
  if (!(await context.storedModels.delete(model))) throw unknownModel(notFound);
  context.loadedModels.unload(entry);
  send(exchange.response, 200, undefined, '');
}

/** There are no blobs, and none are accepted, because models cannot be created from files. */
export function blob(exchange: Exchange, digest: string): void {
  if (!isDigest(digest)) throw new ChatError('badRequest', 'invalid digest format');
  if (exchange.request.method === 'HEAD') throw unknownModel(`blob ${quoted(digest)} not found`);
  throw new ChatError(
    'badRequest',
    'This server does not accept model files: its models are those of the Claude CLI.',
  );
}
