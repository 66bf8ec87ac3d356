/** What the routes of every dialect share: the models behind names, and the way of a chat through the backend. */
import type { ChatBackend } from '../../core/backend.js';
import { type CatalogEntry, listEntries, resolveName } from '../../core/catalog.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import type { Dialect, StreamEncoder } from '../../protocol/dialect.js';
import { requireModelName } from '../../protocol/modelName.js';
import { CHAT_BODY_BYTES, readBody } from '../body.js';
import type { Exchange } from '../exchange.js';
import { clientName } from '../record.js';
import type { Residency } from '../residency.js';
import type { Route } from '../router.js';
import type { EndpointSettings } from '../settings.js';
import { streamAnswer, wholeAnswer } from '../stream.js';

/** What the routes need of their endpoint. */
export interface RouteContext {
  readonly backend: () => ChatBackend;
  readonly settings: () => EndpointSettings;
  readonly residency: Residency;
  readonly identity: string;
  readonly heartbeatMs: number;
  /** When the endpoint was created; the date of every model. */
  readonly since: Date;
}

/** Longest part of a request's body that the log shows, and only at `trace`. */
const TRACED_CHARACTERS = 20_000;

/** Makes routes of one dialect. */
export function routesOf(
  dialect: Dialect,
): (method: Route['method'], path: string, handle: (exchange: Exchange) => Promise<void> | void) => Route {
  return (method, path, handle) => ({
    method,
    path,
    dialect,
    handle: async (exchange) => {
      await handle(exchange);
    },
  });
}

/** The text of a chat's body. The log has it at `trace`, and nowhere else. */
export async function readChatBody(exchange: Exchange): Promise<string> {
  const text = await readBody(exchange.request, CHAT_BODY_BYTES);
  exchange.log.trace(`#${exchange.id} ${printable(text, TRACED_CHARACTERS)}`);
  return text;
}

/** Every model under its name. @throws ChatError when the backend has none */
export async function catalog(context: RouteContext): Promise<CatalogEntry[]> {
  return listEntries(await context.backend().models(), context.settings().lanes);
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
  const resolution = resolveName(await catalog(context), asked, context.settings().names);
  if (resolution === undefined) throw new ChatError('unknownModel', `model '${missing}' not found`);
  const { entry, known } = resolution;
  if (!known) {
    exchange.log.warn(`#${exchange.id} ${printable(asked, 80)} is no model of ours; ${entry.name} answers`);
  }
  exchange.notes.model = entry.name;
  exchange.notes.lane = entry.lane;
  return entry;
}

/** How a dialect writes an answer: as a stream, or whole. */
export type Writer =
  | { readonly type: 'stream'; readonly encoder: StreamEncoder }
  | { readonly type: 'whole'; readonly encode: (events: readonly ChatEvent[]) => string };

/** A chat's way through the backend and out. The model counts as loaded until `keepAliveMs` after it. */
export async function answerChat(
  context: RouteContext,
  exchange: Exchange,
  chat: { readonly entry: CatalogEntry; readonly request: ChatRequest; readonly keepAliveMs: number },
  writer: Writer,
): Promise<void> {
  const request = { ...chat.request, client: clientName(exchange.request.headers['user-agent']) };
  const release = context.residency.use(chat.entry, chat.keepAliveMs);
  try {
    await exchange.working(async () => {
      const events = context.backend().chat(request, exchange.signal);
      if (writer.type === 'stream') await streamAnswer(exchange, events, writer.encoder, context.heartbeatMs);
      else await wholeAnswer(exchange, events, writer.encode);
    });
  } finally {
    release();
  }
}
