/** Ollama's own routes: `/` and `/api/…`. */
import { findListed } from '../../core/catalog.js';
import { ollamaDialect } from '../../protocol/ollama/errors.js';
import { decodeShow, psBody, showBody, tagsBody, versionBody } from '../../protocol/ollama/models.js';
import { chatEncoder, chatLoadReply, chatReply } from '../../protocol/ollama/chat/reply.js';
import { decodeChat, translateChat } from '../../protocol/ollama/chat/request.js';
import { MAX_SMALL_BODY_BYTES, readBody } from '../body.js';
import { type Exchange, send, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { accountRoutes } from './account.js';
import { chatRoute, loadAction } from './chatRoute.js';
import { catalog, requireModel, type RouteContext, routesOf } from './context.js';
import { generateRoutes, newReply } from './generate.js';
import { managementRoutes } from './managementRoutes.js';

function chat(context: RouteContext): (exchange: Exchange) => Promise<void> {
  return chatRoute(context, {
    struct: 'api.ChatRequest',
    decode: decodeChat,
    replyContext: (body, exchange) => newReply(exchange, body.model),
    translate(body, entry, reply) {
      const action = translateChat(body, entry);
      return action.type === 'answer' ? action : loadAction(action.type, chatLoadReply(action.type, reply));
    },
    encoder: (reply) => chatEncoder(reply),
    reply: (events, reply) => chatReply(events, reply),
  });
}

async function show(context: RouteContext, exchange: Exchange): Promise<void> {
  const request = decodeShow(await readBody(exchange.request, MAX_SMALL_BODY_BYTES));
  const name = request.model.trim();
  const shownName = name.includes(':') ? name : `${name}:latest`;
  const entry = await requireModel(context, exchange, request.model, shownName);
  const userAgent = exchange.request.headers['user-agent'] ?? '';
  const body = showBody(entry, { request, userAgent, createdAt: context.createdAt });
  sendJson(exchange.response, 200, body);
}

async function tags(context: RouteContext, exchange: Exchange): Promise<void> {
  sendJson(exchange.response, 200, tagsBody(await catalog(context), context.createdAt));
}

async function ps(context: RouteContext, exchange: Exchange): Promise<void> {
  const models = context.loadedModels.list();
  // The present description of a model, as in the other replies: a chat may have refined it since the model was loaded.
  const entries = models.length === 0 ? [] : await catalog(context);
  const now = Date.now();
  const loaded = models.map(({ entry, remainingMs }) => ({
    entry: findListed(entries, entry.name) ?? entry,
    expiresAt: new Date(now + remainingMs),
  }));
  sendJson(exchange.response, 200, psBody(loaded));
}

function root(context: RouteContext, exchange: Exchange): void {
  exchange.response.setHeader('Server', context.identity);
  send(exchange.response, 200, 'text/plain; charset=utf-8', 'Ollama is running');
}

/** The routes of one path are in the order in which Ollama lists their methods in `Allow`. */
export function ollamaRoutes(context: RouteContext): readonly [Route, ...Route[]] {
  const route = routesOf(ollamaDialect);
  return [
    route('GET', '/', (exchange) => root(context, exchange)),
    route('HEAD', '/', (exchange) => root(context, exchange)),
    route('GET', '/api/version', (exchange) => sendJson(exchange.response, 200, versionBody())),
    route('HEAD', '/api/version', (exchange) => sendJson(exchange.response, 200, versionBody())),
    route('GET', '/api/tags', (exchange) => tags(context, exchange)),
    route('HEAD', '/api/tags', (exchange) => tags(context, exchange)),
    route('GET', '/api/ps', (exchange) => ps(context, exchange)),
    route('POST', '/api/show', (exchange) => show(context, exchange)),
    route('POST', '/api/chat', chat(context)),
    ...generateRoutes(context),
    ...managementRoutes(context),
    ...accountRoutes(),
  ];
}
