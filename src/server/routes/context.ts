/** What the routes of every dialect share: the models behind names, and the way of a chat through the backend. */
import type { ChatBackend } from '../../core/backend.js';
import { type CatalogEntry, listEntries, type NamePolicy, resolveName } from '../../core/catalog.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import type { Dialect, StreamEncoder } from '../../protocol/dialect.js';
import { requireModelName } from '../../protocol/modelName.js';
import { CHAT_BODY_BYTES, readBody } from '../body.js';
import type { Exchange } from '../exchange.js';
import type { CopiedModels } from '../copiedModels.js';
import { checkLimits } from '../limits.js';
import { clientName } from '../requestLog.js';
import type { LoadedModels } from '../loadedModels.js';
import type { Route } from '../router.js';
import type { EndpointSettings } from '../settings.js';
import { streamAnswer, wholeAnswer } from '../stream.js';

/** What the routes need of their endpoint. */
export interface RouteContext {
  readonly backend: () => ChatBackend;
  readonly settings: () => EndpointSettings;
  readonly residency: LoadedModels;
  readonly copies: CopiedModels;
  readonly identity: string;
  readonly heartbeatMs: number;
  /** When the endpoint was created; the date of every model. */
  readonly since: Date;
}

/** How long a model counts as loaded when the client does not say. */
export const KEEP_ALIVE_MS = 5 * 60_000;

/** Longest part of a request's body that the log shows, and only at `trace`. */
const TRACED_CHARACTERS = 20_000;

/** Makes routes of one dialect. */
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

/** The text of a chat's body. The log has it at `trace`, and nowhere else. */
export async function readChatBody(exchange: Exchange): Promise<string> {
  const text = await readBody(exchange.request, CHAT_BODY_BYTES);
  exchange.log.trace(`#${exchange.id} ${printable(text, TRACED_CHARACTERS)}`);
  return text;
}

/** Every model under its name, copies too. @throws ChatError when the backend has none */
export async function catalog(context: RouteContext): Promise<CatalogEntry[]> {
  return context.copies.addTo(listEntries(await context.backend().models(), context.settings().lanes));
}

/**
 * The model that a client's string means, whatever it looks like.
 * @param missing the failure when it means none
 * @param unknown what becomes of names that are not ours; by default what the settings say
 * @throws ChatError
 */
export async function lookUp(
  context: RouteContext,
  exchange: Exchange,
  asked: string,
  missing: ChatError,
  unknown?: NamePolicy['unknown'],
): Promise<CatalogEntry> {
  const { names } = context.settings();
  const policy = unknown === undefined ? names : { ...names, unknown };
  const resolution = resolveName(await catalog(context), asked, policy);
  if (resolution === undefined) throw missing;
  const { entry, known } = resolution;
  if (!known) {
    exchange.log.warn(`#${exchange.id} ${printable(asked, 80)} is no model of ours; ${entry.name} answers`);
  }
  exchange.notes.model = entry.name;
  exchange.notes.lane = entry.lane;
  return entry;
}

/**
 * The model that a client's string means.
 * @param missing what a 404 calls it
 * @throws ChatError `badRequest` for no name, `unknownModel`
 */
export async function resolve(
  context: RouteContext,
  exchange: Exchange,
  asked: string,
  missing: string,
): Promise<CatalogEntry> {
  requireModelName(asked);
  return lookUp(context, exchange, asked, new ChatError('unknownModel', `model '${missing}' not found`));
}

/** How a dialect writes an answer: as a stream, or whole. */
export type Writer =
  | { readonly type: 'stream'; readonly encoder: StreamEncoder }
  | { readonly type: 'whole'; readonly encode: (events: readonly ChatEvent[]) => string };

/**
 * A chat's way through the backend and out. The model counts as loaded until `keepAliveMs` after it.
 * @throws ChatError `badRequest` for a chat beyond the limits
 */
export async function answerChat(
  context: RouteContext,
  exchange: Exchange,
  chat: { readonly entry: CatalogEntry; readonly request: ChatRequest; readonly keepAliveMs: number },
  writer: Writer,
): Promise<void> {
  checkLimits(chat.request);
  const request = { ...chat.request, client: clientName(exchange.request.headers['user-agent']) };
  const release = context.residency.use(chat.entry, chat.keepAliveMs);
  try {
    await exchange.working(async () => {
      const events = context.backend().chat(request, exchange.signal, {
        requestSent: () => exchange.reached('sent'),
        permissionDecided: (decision) => exchange.decided(decision),
      });
      if (writer.type === 'stream') await streamAnswer(exchange, events, writer.encoder, context.heartbeatMs);
      else await wholeAnswer(exchange, events, writer.encode);
    });
  } finally {
    release();
  }
}
