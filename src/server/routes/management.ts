/**
 * The native routes that manage models. The models are the CLI's, so nothing is fetched, stored or removed: no name
 * becomes a path, and nothing on the disk is touched. What can be true without that is done; the rest is refused.
 */
import { type CatalogEntry, listEntries, resolveName } from '../../core/catalog.js';
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import { isModelName } from '../../protocol/modelName.js';
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
import { readBody, SMALL_BODY_BYTES } from '../body.js';
import { BARE_JSON_TYPE, type Exchange, noteFailure, send, sendFailure } from '../exchange.js';
import type { Route } from '../router.js';
import { lookUp, type RouteContext, routesOf } from './context.js';

function body(exchange: Exchange): Promise<string> {
  return readBody(exchange.request, SMALL_BODY_BYTES);
}

/** Sends progress, as a stream or only its end. An error after the first line of a stream is a line, too. */
function sendProgress(exchange: Exchange, stream: boolean, progress: Progress, error?: ChatError): void {
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

/** A model of ours by its own name, whatever the settings say of foreign ones. */
function ownModel(
  context: RouteContext,
  exchange: Exchange,
  asked: string,
  missing: string,
): Promise<CatalogEntry> {
  return lookUp(context, exchange, asked, unknownModel(missing), 'reject');
}

/** The model, or `undefined` when there is none of that name. @throws ChatError for every other reason */
async function modelOrNone(
  context: RouteContext,
  exchange: Exchange,
  asked: string,
): Promise<CatalogEntry | undefined> {
  const none = unknownModel(asked);
  try {
    return await lookUp(context, exchange, asked, none);
  } catch (thrown) {
    if (thrown === none) return undefined;
    throw thrown;
  }
}

async function pull(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, stream } = decodeNamed(await body(exchange), 'PullRequest');
  if (!isModelName(model)) throw new ChatError('badRequest', 'invalid model name');
  const entry = await modelOrNone(context, exchange, model);
  if (entry !== undefined) sendProgress(exchange, stream, pullProgress(entry));
  else {
    const error = new OllamaStatusError(500, NOT_IN_REGISTRY);
    sendProgress(exchange, stream, [{ status: 'pulling manifest' }], error);
  }
}

async function push(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, stream } = decodeNamed(await body(exchange), 'PushRequest');
  if (model === '') throw new ChatError('badRequest', 'model is required');
  const entry = await modelOrNone(context, exchange, model);
  const retrieving = { status: 'retrieving manifest' };
  if (entry === undefined) {
    const error = new OllamaStatusError(500, `model ${quoted(model)} not found`);
    sendProgress(exchange, stream, [retrieving, { status: "couldn't retrieve manifest" }], error);
  } else {
    const error = new OllamaStatusError(500, 'Claude cannot be pushed: its models have no files.');
    sendProgress(exchange, stream, [retrieving], error);
  }
}

/** @throws ChatError `badRequest` when the name is one of the CLI's models, other than the one that is copied */
async function addCopy(context: RouteContext, name: string, entry: CatalogEntry): Promise<void> {
  const own = listEntries(await context.backend().models(), context.settings().lanes);
  const taken = resolveName(own, name, { defaultModel: '', unknown: 'reject', aliases: {} });
  if (taken?.entry.name === entry.name) return;
  if (taken !== undefined) {
    throw new ChatError('badRequest', `${quoted(name)} is a model of the Claude CLI and stays what it is.`);
  }
  context.copies.set(name, entry);
}

async function copy(context: RouteContext, exchange: Exchange): Promise<void> {
  const { source, destination } = decodeCopy(await body(exchange));
  if (!isModelName(source)) throw new ChatError('badRequest', `source ${quoted(source)} is invalid`);
  if (!isModelName(destination)) {
    throw new ChatError('badRequest', `destination ${quoted(destination)} is invalid`);
  }
  const entry = await ownModel(context, exchange, source, `model ${quoted(source)} not found`);
  await addCopy(context, destination, entry);
  send(exchange.response, 200, undefined, '');
}

async function create(context: RouteContext, exchange: Exchange): Promise<void> {
  const wanted = decodeCreate(await body(exchange));
  if (!isModelName(wanted.model)) throw new ChatError('badRequest', 'invalid model name');
  if (wanted.from === '' && !wanted.hasFiles) {
    const error = new ChatError('badRequest', "neither 'from' or 'files' was specified");
    sendFailure(exchange, error, BARE_JSON_TYPE);
    return;
  }
  if (wanted.hasFiles || wanted.changesModel) {
    throw new ChatError(
      'badRequest',
      'Only another name for a model can be created here: Claude takes no files, and no prompt, template or parameters of its own. Send them with each request.',
    );
  }
  const entry = isModelName(wanted.from) ? await modelOrNone(context, exchange, wanted.from) : undefined;
  if (entry === undefined) {
    const error = new OllamaStatusError(500, NOT_IN_REGISTRY);
    sendProgress(exchange, wanted.stream, [{ status: 'pulling manifest' }], error);
    return;
  }
  await addCopy(context, wanted.model, entry);
  sendProgress(exchange, wanted.stream, createProgress(entry));
}

/** Forgets a copy. A model of the CLI is only unloaded, as a model of Ollama would be on the way. */
async function remove(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model } = decodeNamed(await body(exchange), 'DeleteRequest');
  if (model.trim() === '') throw new ChatError('badRequest', 'model is required');
  if (!isModelName(model)) throw new ChatError('badRequest', `name ${quoted(model)} is invalid`);
  const entry = await ownModel(context, exchange, model, `model '${model}' not found`);
  context.residency.unload(entry);
  if (!context.copies.delete(model)) {
    exchange.log.warn(
      `#${exchange.id} ${printable(model, 80)} was to be deleted; the models are the CLI's and stay`,
    );
  }
  send(exchange.response, 200, undefined, '');
}

/** There are no blobs, and none are taken: what would be made of them is refused anyway. */
function blob(exchange: Exchange, digest: string): void {
  if (!isDigest(digest)) throw new ChatError('badRequest', 'invalid digest format');
  if (exchange.request.method === 'HEAD') throw unknownModel(`blob ${quoted(digest)} not found`);
  throw new ChatError(
    'badRequest',
    'Files of models are not taken: the models here are those of the Claude CLI.',
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
