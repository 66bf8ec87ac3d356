/** The OpenAI routes: `/v1/…`. */
import { randomUUID } from 'node:crypto';
import type { CatalogEntry } from '../../core/catalog.js';
import { ChatError } from '../../core/errors.js';
import {
  completionEncoder,
  completionLoadReply,
  completionReply,
} from '../../protocol/openai/completions/reply.js';
import { decodeCompletion, translateCompletion } from '../../protocol/openai/completions/request.js';
import { decodeEmbeddings } from '../../protocol/openai/embeddings.js';
import { openaiDialect } from '../../protocol/openai/errors.js';
import { modelBody, modelsBody } from '../../protocol/openai/models.js';
import { chatEncoder, chatReply } from '../../protocol/openai/chat/reply.js';
import { decodeChat, translateChat } from '../../protocol/openai/chat/request.js';
import type { ReplyContext } from '../../protocol/openai/reply.js';
import { responsesEncoder, responsesReply } from '../../protocol/openai/responses/reply.js';
import { decodeResponses, translateResponses } from '../../protocol/openai/responses/request.js';
import { SSE_TYPE } from '../../protocol/sse.js';
import { type Exchange, JSON_TYPE, send, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import {
  answerChat,
  catalog,
  lookUp,
  readChatBody,
  resolve,
  type RouteContext,
  routesOf,
} from './context.js';

/** Ollama's own, which these clients have no way to change. */
const KEEP_ALIVE_MS = 5 * 60_000;

function replyContext(model: string): ReplyContext {
  return { id: randomUUID().replaceAll('-', ''), model, created: Math.floor(Date.now() / 1_000) };
}

async function chat(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeChat(await readChatBody(exchange));
  const entry = await resolve(context, exchange, body.model, body.model);
  const request = translateChat(body, entry);
  const reply = replyContext(body.model);
  await answerChat(
    context,
    exchange,
    { entry, request, keepAliveMs: KEEP_ALIVE_MS },
    body.stream
      ? { type: 'stream', encoder: chatEncoder(reply, body) }
      : { type: 'whole', encode: (events) => chatReply(events, reply) },
  );
}

/** On these routes Ollama also takes the empty name for one that it does not have. */
function lookUpAny(context: RouteContext, exchange: Exchange, asked: string): Promise<CatalogEntry> {
  return lookUp(context, exchange, asked, new ChatError('unknownModel', `model '${asked}' not found`));
}

async function completion(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeCompletion(await readChatBody(exchange));
  const entry = await lookUpAny(context, exchange, body.model);
  const request = translateCompletion(body, entry);
  const reply = replyContext(body.model);
  if (request === undefined) {
    context.residency.use(entry, KEEP_ALIVE_MS)();
    send(exchange.response, 200, body.stream ? SSE_TYPE : JSON_TYPE, completionLoadReply(body, reply));
    return;
  }
  await answerChat(
    context,
    exchange,
    { entry, request, keepAliveMs: KEEP_ALIVE_MS },
    body.stream
      ? { type: 'stream', encoder: completionEncoder(reply, body) }
      : { type: 'whole', encode: (events) => completionReply(events, reply) },
  );
}

async function responses(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeResponses(await readChatBody(exchange));
  const entry = await resolve(context, exchange, body.model, body.model);
  const request = translateResponses(body, entry);
  const reply = { ...replyContext(body.model), echo: body.echo };
  await answerChat(
    context,
    exchange,
    { entry, request, keepAliveMs: KEEP_ALIVE_MS },
    body.stream
      ? { type: 'stream', encoder: responsesEncoder(reply) }
      : { type: 'whole', encode: (events) => responsesReply(events, reply) },
  );
}

async function embeddings(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model } = decodeEmbeddings(await readChatBody(exchange));
  await lookUpAny(context, exchange, model);
  throw new ChatError(
    'badRequest',
    `${JSON.stringify(model)} does not support embeddings: Claude makes none. Use another provider for them.`,
  );
}

async function models(context: RouteContext, exchange: Exchange): Promise<void> {
  sendJson(exchange.response, 200, modelsBody(await catalog(context), context.since));
}

async function model(context: RouteContext, exchange: Exchange, asked: string): Promise<void> {
  await resolve(context, exchange, asked, asked.includes(':') ? asked : `${asked}:latest`);
  sendJson(exchange.response, 200, modelBody(asked, context.since));
}

export function openaiRoutes(context: RouteContext): Route[] {
  const route = routesOf(openaiDialect);
  return [
    route('POST', '/v1/chat/completions', (exchange) => chat(context, exchange)),
    route('POST', '/v1/completions', (exchange) => completion(context, exchange)),
    route('POST', '/v1/embeddings', (exchange) => embeddings(context, exchange)),
    route('POST', '/v1/responses', (exchange) => responses(context, exchange)),
    route('GET', '/v1/models', (exchange) => models(context, exchange)),
    route('GET', '/v1/models/:model', (exchange, asked) => model(context, exchange, asked)),
  ];
}
