/** Ollama's routes that process a single text: `/api/generate`, `/api/embed`, `/api/embeddings`. */
import { ChatError } from '../../core/errors.js';
import { refuseInvalidName, requireModelName } from '../../protocol/modelName.js';
import { callPlacementFor, type ReplyContext } from '../../protocol/ollama/reply.js';
import {
  decodeEmbed,
  decodeEmbeddings,
  embeddingsUnsupported,
  hasInput,
} from '../../protocol/ollama/embeddings.js';
import { ollamaDialect } from '../../protocol/ollama/errors.js';
import { generateEncoder, generateLoadReply, generateReply } from '../../protocol/ollama/generate/reply.js';
import { decodeGenerate, translateGenerate } from '../../protocol/ollama/generate/request.js';
import { type Exchange, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { chatRoute, loadAction } from './chatRoute.js';
import { findModel, modelNotFound, readChatBody, type RouteContext, routesOf } from './context.js';

/** What the lines of a reply to this exchange share. */
export function newReply(exchange: Exchange, model: string): ReplyContext {
  const callPlacement = callPlacementFor(exchange.request.headers['user-agent'] ?? '');
  return { model, now: () => new Date(), elapsedMs: exchange.elapsedMs, callPlacement };
}

function generate(context: RouteContext): (exchange: Exchange) => Promise<void> {
  return chatRoute(context, {
    struct: 'api.GenerateRequest',
    decode: decodeGenerate,
    async findModel(routeContext, exchange, model) {
      refuseInvalidName(model);
      if (model.trim() === '') throw modelNotFound(model);
      return findModel(routeContext, exchange, model, { notFound: modelNotFound(model) });
    },
    replyContext: (body, exchange) => newReply(exchange, body.model),
    translate(body, entry, reply, exchange) {
      const action = translateGenerate(body, entry);
      if (action.type !== 'answer') return loadAction(action.type, generateLoadReply(action.type, reply));
      if (action.foreignContext) {
        exchange.log.warn(`#${exchange.id} ignored "context", which another server created`);
      }
      return action;
    },
    encoder: (reply, _body, { conversation }) => generateEncoder(reply, conversation),
    reply: (events, reply, { conversation }) => generateReply(events, reply, conversation),
  });
}

/** Ollama's error for an unknown model on the embedding routes. */
export function notFoundForEmbedding(model: string): ChatError {
  return new ChatError('unknownModel', `model ${JSON.stringify(model)} not found, try pulling it first`);
}

async function embed(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, input } = decodeEmbed(await readChatBody(exchange));
  refuseInvalidName(model);
  if (model.trim() === '') throw modelNotFound(model);
  const needsEmbeddings = hasInput(input);
  await findModel(context, exchange, model, { notFound: notFoundForEmbedding(model) });
  if (needsEmbeddings) throw embeddingsUnsupported(model);
  sendJson(exchange.response, 200, { model, embeddings: [] });
}

async function embeddings(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, input } = decodeEmbeddings(await readChatBody(exchange));
  requireModelName(model);
  await findModel(context, exchange, model, { notFound: notFoundForEmbedding(model) });
  if (hasInput(input)) throw embeddingsUnsupported(model);
  sendJson(exchange.response, 200, { embedding: [] });
}

export function generateRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(ollamaDialect);
  return [
    route('POST', '/api/generate', generate(context)),
    route('POST', '/api/embed', (exchange) => embed(context, exchange)),
    route('POST', '/api/embeddings', (exchange) => embeddings(context, exchange)),
  ];
}
