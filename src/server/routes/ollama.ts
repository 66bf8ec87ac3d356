/** The native routes: `/` and `/api/…`. */
import { ollamaDialect } from '../../protocol/ollama/errors.js';
import { decodeShow, psBody, showBody, tagsBody, versionBody } from '../../protocol/ollama/models.js';
import { chatEncoder, chatReply, chatLoadReply } from '../../protocol/ollama/chat/reply.js';
import { decodeChat, translateChat } from '../../protocol/ollama/chat/request.js';
import { readBody, SMALL_BODY_BYTES } from '../body.js';
import { type Exchange, send, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { accountRoutes } from './account.js';
import {
  answerChat,
  catalog,
  KEEP_ALIVE_MS,
  readChatBody,
  resolve,
  type RouteContext,
  routesOf,
} from './context.js';
import { generateRoutes, replyContext } from './generate.js';
import { managementRoutes } from './management.js';

async function chat(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeChat(await readChatBody(exchange));
  const entry = await resolve(context, exchange, body.model, body.model);
  const wish = translateChat(body, entry);
  const { keepAliveMs = KEEP_ALIVE_MS } = body;
  const reply = replyContext(exchange, body.model);
  if (wish.type !== 'answer') {
    if (wish.type === 'load') context.residency.use(entry, keepAliveMs)();
    else context.residency.unload(entry);
    sendJson(exchange.response, 200, chatLoadReply(wish.type, reply));
    return;
  }
  await answerChat(
    context,
    exchange,
    { entry, request: wish.request, keepAliveMs },
    body.stream
      ? { type: 'stream', encoder: chatEncoder(reply) }
      : { type: 'whole', encode: (events) => chatReply(events, reply) },
  );
}

async function show(context: RouteContext, exchange: Exchange): Promise<void> {
  const asked = decodeShow(await readBody(exchange.request, SMALL_BODY_BYTES));
  const name = asked.trim();
  const entry = await resolve(context, exchange, asked, name.includes(':') ? name : `${name}:latest`);
  const userAgent = exchange.request.headers['user-agent'] ?? '';
  sendJson(
    exchange.response,
    200,
    showBody(entry, { requestedName: asked, userAgent, modifiedAt: context.since }),
  );
}

async function tags(context: RouteContext, exchange: Exchange): Promise<void> {
  sendJson(exchange.response, 200, tagsBody(await catalog(context), context.since));
}

function ps(context: RouteContext, exchange: Exchange): void {
  const now = Date.now();
  const loaded = context.residency
    .list()
    .map(({ entry, remainingMs }) => ({ entry, expiresAt: new Date(now + remainingMs) }));
  sendJson(exchange.response, 200, psBody(loaded));
}

function root(context: RouteContext, exchange: Exchange): void {
  exchange.response.setHeader('Server', context.identity);
  send(exchange.response, 200, 'text/plain; charset=utf-8', 'Ollama is running');
}

/** The routes in the order in which Ollama names their methods. */
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
    route('POST', '/api/chat', (exchange) => chat(context, exchange)),
    ...generateRoutes(context),
    ...managementRoutes(context),
    ...accountRoutes(),
  ];
}
