/**
 * Ollama's routes that manage models. The models are those of the Claude CLI, so nothing is downloaded, stored or
 * deleted: no name becomes a path, and no file is read or written. Requests that can succeed without that do; the
 * others are refused.
 */
import { type CatalogEntry, findListed, listEntries } from '../../core/catalog.js';
import { ChatError } from '../../core/errors.js';
import { isModelName, isRequestedName } from '../../protocol/modelName.js';
import { NDJSON_TYPE } from '../../protocol/ndjson.js';
import { OllamaStatusError, ollamaDialect } from '../../protocol/ollama/errors.js';
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
import { MAX_SMALL_BODY_BYTES, readBody } from '../body.js';
import { BARE_JSON_TYPE, type Exchange, noteFailure, send, sendFailure } from '../exchange.js';
import type { Route } from '../router.js';
import { findModel, type RouteContext, routesOf } from './context.js';

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

async function pull(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, stream } = decodeNamed(await readSmallBody(exchange), 'PullRequest');
  if (!isRequestedName(model)) throw new ChatError('badRequest', 'invalid model name');
  const entry = await findModelOrNone(context, exchange, model);
  if (entry !== undefined) sendProgress(exchange, { stream, progress: pullProgress(entry) });
  else {
    const error = new OllamaStatusError(500, NOT_IN_REGISTRY);
    sendProgress(exchange, { stream, progress: [{ status: 'pulling manifest' }], error });
  }
}

async function push(context: RouteContext, exchange: Exchange): Promise<void> {
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

/** @throws ChatError `badRequest` when the name belongs to another model of the CLI */
async function addCopy(context: RouteContext, name: string, entry: CatalogEntry): Promise<void> {
  const cliModels = listEntries(await context.backend().models(), context.settings().lanes);
  const taken = findListed(cliModels, name);
  if (taken?.name === entry.name) return;
  if (taken !== undefined) {
    throw new ChatError('badRequest', `${quoted(name)} is a model of the Claude CLI and cannot be replaced.`);
  }
  context.copiedModels.set(name, entry);
}

async function copy(context: RouteContext, exchange: Exchange): Promise<void> {
  const { source, destination } = decodeCopy(await readSmallBody(exchange));
  if (!isRequestedName(source)) throw new ChatError('badRequest', `source ${quoted(source)} is invalid`);
  if (!isModelName(destination)) {
    throw new ChatError('badRequest', `destination ${quoted(destination)} is invalid`);
  }
  const entry = await requireKnownModel(context, exchange, source, `model ${quoted(source)} not found`);
  await addCopy(context, destination, entry);
  send(exchange.response, 200, undefined, '');
}

async function create(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeCreate(await readSmallBody(exchange));
  if (!isModelName(body.model)) throw new ChatError('badRequest', 'invalid model name');
  if (body.from === '' && !body.hasFiles) {
    const error = new ChatError('badRequest', "neither 'from' or 'files' was specified");
    sendFailure(exchange, error, BARE_JSON_TYPE);
    return;
  }
  if (body.hasFiles || body.changesModel) {
    throw new ChatError(
      'badRequest',
      'This server can only create another name for a model. Claude models take no files and store no prompt, template or parameters: send those with each request.',
    );
  }
  const entry = isRequestedName(body.from) ? await findModelOrNone(context, exchange, body.from) : undefined;
  if (entry === undefined) {
    const error = new OllamaStatusError(500, NOT_IN_REGISTRY);
    const progress = [{ status: 'pulling manifest' }];
    sendProgress(exchange, { stream: body.stream, progress, error });
    return;
  }
  await addCopy(context, body.model, entry);
  sendProgress(exchange, { stream: body.stream, progress: createProgress(entry) });
}

/** Deletes a copy. A model of the CLI cannot be deleted, and the reply says so: a success would be untrue. */
async function remove(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model } = decodeNamed(await readSmallBody(exchange), 'DeleteRequest');
  if (model.trim() === '') throw new ChatError('badRequest', 'model is required');
  if (!isModelName(model)) throw new ChatError('badRequest', `name ${quoted(model)} is invalid`);
  const entry = await requireKnownModel(context, exchange, model, `model '${model}' not found`);
  if (!context.copiedModels.delete(model)) {
    throw new ChatError(
      'badRequest',
      `${quoted(entry.name)} is a model of the Claude CLI and cannot be deleted.`,
    );
  }
  context.loadedModels.unload(entry);
  send(exchange.response, 200, undefined, '');
}

/** There are no blobs, and none are accepted, because models cannot be created from files. */
function blob(exchange: Exchange, digest: string): void {
  if (!isDigest(digest)) throw new ChatError('badRequest', 'invalid digest format');
  if (exchange.request.method === 'HEAD') throw unknownModel(`blob ${quoted(digest)} not found`);
  throw new ChatError(
    'badRequest',
    'This server does not accept model files: its models are those of the Claude CLI.',
  );
}

export function managementRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(ollamaDialect);
  return [
    route('POST', '/api/pull', (exchange) => pull(context, exchange)),
    route('POST', '/api/push', (exchange) => push(context, exchange)),
    route('POST', '/api/create', (exchange) => create(context, exchange)),
    route('POST', '/api/copy', (exchange) => copy(context, exchange)),
    route('DELETE', '/api/delete', (exchange) => remove(context, exchange)),
    route('HEAD', '/api/blobs/:digest', blob),
    route('POST', '/api/blobs/:digest', blob),
  ];
}
