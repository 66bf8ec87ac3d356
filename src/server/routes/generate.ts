/** The native routes that make something of one text: an answer, or nothing where embeddings are wanted. */
import { ChatError } from '../../core/errors.js';
import { isModelName } from '../../protocol/modelName.js';
import type { ReplyContext } from '../../protocol/ollama/reply.js';
import {
  decodeEmbed,
  decodeEmbeddings,
  hasInput,
  embeddingsUnsupported,
} from '../../protocol/ollama/embeddings.js';
import { ollamaDialect } from '../../protocol/ollama/errors.js';
import { generateEncoder, generateLoadReply, generateReply } from '../../protocol/ollama/generate/reply.js';
import { decodeGenerate, translateGenerate } from '../../protocol/ollama/generate/request.js';
import { type Exchange, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { answerChat, KEEP_ALIVE_MS, lookUp, readChatBody, type RouteContext, routesOf } from './context.js';

/** What the chunks of an answer to that exchange need. */
export function replyContext(exchange: Exchange, model: string): ReplyContext {
  return { model, now: () => new Date(), elapsedMs: exchange.elapsedMs };
}

async function generate(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeGenerate(await readChatBody(exchange));
  const { model, keepAliveMs = KEEP_ALIVE_MS } = body;
  const missing = new ChatError('unknownModel', `model '${model}' not found`);
  if (!isModelName(model)) throw missing;
  const entry = await lookUp(context, exchange, model, missing);
  const wish = translateGenerate(body, entry);
  const reply = replyContext(exchange, model);
  if (wish.type !== 'answer') {
    if (wish.type === 'load') context.residency.use(entry, keepAliveMs)();
    else context.residency.unload(entry);
    sendJson(exchange.response, 200, generateLoadReply(wish.type, reply));
    return;
  }
  const { request, conversation, foreignContext } = wish;
  if (foreignContext) exchange.log.warn(`#${exchange.id} its context is of another server and was ignored`);
  await answerChat(
    context,
    exchange,
    { entry, request, keepAliveMs },
    body.stream
      ? { type: 'stream', encoder: generateEncoder(reply, conversation) }
      : { type: 'whole', encode: (events) => generateReply(events, reply, conversation) },
  );
}

function notFound(model: string): ChatError {
  return new ChatError('unknownModel', `model ${JSON.stringify(model)} not found, try pulling it first`);
}

async function embed(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, input } = decodeEmbed(await readChatBody(exchange));
  if (!isModelName(model)) throw new ChatError('unknownModel', `model '${model}' not found`);
  const asks = hasInput(input);
  await lookUp(context, exchange, model, notFound(model));
  if (asks) throw embeddingsUnsupported(model);
  sendJson(exchange.response, 200, { model, embeddings: [] });
}

async function embeddings(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model, input } = decodeEmbeddings(await readChatBody(exchange));
  if (!isModelName(model)) throw new ChatError('badRequest', 'model is required');
  await lookUp(context, exchange, model, notFound(model));
  if (hasInput(input)) throw embeddingsUnsupported(model);
  sendJson(exchange.response, 200, { embedding: [] });
}

export function generateRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(ollamaDialect);
  return [
    route('POST', '/api/generate', (exchange) => generate(context, exchange)),
    route('POST', '/api/embed', (exchange) => embed(context, exchange)),
    route('POST', '/api/embeddings', (exchange) => embeddings(context, exchange)),
  ];
}
