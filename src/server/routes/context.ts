/** What the routes of every dialect share: their context, reading chat bodies, and finding models by name. */
import type { ChatBackend } from '../../core/backend.js';
import {
  type CatalogEntry,
  findListed,
  listEntries,
  type Resolution,
  resolveName,
} from '../../core/catalog.js';
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import { withStoredModels } from '../../core/storedEntries.js';
import type { Dialect } from '../../protocol/dialect.js';
import { bodyFields, type Fields, type GoStruct } from '../../protocol/json/fields.js';
import { refuseLongName, requireModelName } from '../../protocol/modelName.js';
import { MAX_CHAT_BODY_BYTES, readBody, yieldIfLarge } from '../body.js';
import type { EndpointSettings } from '../endpointSettings.js';
import type { Exchange } from '../exchange.js';
import type { LoadedModels } from '../loadedModels.js';
import type { Route } from '../router.js';
import type { StoredModels } from '../storedModels.js';

/** What the routes need of their endpoint. */
export interface RouteContext {
  readonly backend: () => ChatBackend;
  readonly settings: () => EndpointSettings;
  readonly loadedModels: LoadedModels;
  readonly storedModels: StoredModels;
  /** The `Server` header of `GET /`. */
  readonly identity: string;
  readonly heartbeatMs: number;
  /** When the endpoint was created; reported as the modification date of the CLI's models. */
  readonly createdAt: Date;
}

/** How much of a chat body is logged, at `trace` only. */
const MAX_TRACED_CHARACTERS = 20_000;

/** Returns a function that creates routes of one dialect. */
export function routesOf(
  dialect: Dialect,
): (
  method: Route['method'],
  path: string,
  handle: (exchange: Exchange, segment: string) => Promise<void> | void,
) => Route {
  return (method, path, handle) => ({
    method,
    path,
    dialect,
    handle: async (exchange, segment) => {
      await handle(exchange, segment);
    },
  });
}

/** Reads the body of a chat as text, and logs it at `trace`. @throws ChatError see `readBody` */
export async function readChatBody(exchange: Exchange): Promise<string> {
  const text = await readBody(exchange.request, MAX_CHAT_BODY_BYTES);
  exchange.log.trace(`#${exchange.id} ${printable(text, MAX_TRACED_CHARACTERS)}`);
  return text;
}

/**
 * Reads the fields of the body of a chat, and lets other requests go on before they are decoded.
 * @param struct the Go struct of the body
 * @returns also the size of the body in characters
 * @throws ChatError see `readBody` and `bodyFields`
 */
export async function readChatFields(
  exchange: Exchange,
  struct: GoStruct,
): Promise<{ readonly fields: Fields; readonly size: number }> {
  const text = await readChatBody(exchange);
  const fields = bodyFields(text, struct);
  await yieldIfLarge(text.length);
  return { fields, size: text.length };
}

/** The models of the CLI. @throws ChatError when the backend has no models */
export async function cliCatalog(context: RouteContext): Promise<CatalogEntry[]> {
  return listEntries(await context.backend().models(), context.settings().lanes);
}

/** Every model, including stored ones. @throws ChatError when the backend has no models */
export async function catalog(context: RouteContext): Promise<CatalogEntry[]> {
  return withStoredModels(await cliCatalog(context), await context.storedModels.list());
}

function listed(entries: readonly CatalogEntry[], name: string): Resolution | undefined {
  const entry = findListed(entries, name);
  return entry && { entry, known: true };
}

export interface FindModelOptions {
  /** Thrown when no model has this name. */
  readonly notFound: ChatError;
  /** `listed`: only a name of the list. `any`: every name that a client may use for a chat. */
  readonly names?: 'listed' | 'any';
}

/**
 * Finds the model with a name, which may be any string, and notes it for the record.
 * @throws ChatError `options.notFound`, `badRequest` for an endless name, or the error of the backend
 */
export async function findModel(
  context: RouteContext,
  exchange: Exchange,
  requested: string,
  { notFound, names = 'any' }: FindModelOptions,
): Promise<CatalogEntry> {
  refuseLongName(requested);
  const entries = await catalog(context);
  const resolution =
    names === 'any' ? resolveName(entries, requested, context.settings().names) : listed(entries, requested);
  if (resolution === undefined) throw notFound;
  const { entry, known } = resolution;
  if (!known) {
    exchange.log.warn(
      `#${exchange.id} Unknown model '${printable(requested, 80)}': answered by ${entry.name}`,
    );
  }
  exchange.notes.model = entry.name;
  exchange.notes.requestedModel = printable(requested, 80);
  exchange.notes.answeringModel = entry.model.resolved;
  exchange.notes.lane = entry.lane;
  return entry;
}

/** The error that Ollama sends for an unknown model on most routes. */
export function modelNotFound(model: string): ChatError {
  return new ChatError('unknownModel', `model '${model}' not found`);
}

/**
 * Finds the model with a name that must be valid.
 * @param shownName the name in the error for an unknown model
 * @throws ChatError `badRequest` for an empty or invalid name, `unknownModel`
 */
export async function requireModel(
  context: RouteContext,
  exchange: Exchange,
  requested: string,
  shownName = requested,
): Promise<CatalogEntry> {
  requireModelName(requested);
  return findModel(context, exchange, requested, { notFound: modelNotFound(shownName) });
}
