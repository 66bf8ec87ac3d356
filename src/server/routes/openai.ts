/** The OpenAI APIs: `/v1/…`, with the errors and limits of Ollama's implementation. */
import { randomUUID } from 'node:crypto';
import type { CatalogEntry } from '../../core/catalog.js';
import { ChatError } from '../../core/errors.js';
import { printable } from '../../core/log.js';
import {
  completionEncoder,
  completionLoadReply,
  completionReply,
} from '../../protocol/openai/completions/reply.js';
import { decodeCompletion, translateCompletion } from '../../protocol/openai/completions/request.js';
import { decodeEmbeddings } from '../../protocol/openai/embeddings.js';
import { modelFields, pageFields } from '../../protocol/anthropic/models.js';
import { refuseInvalidName } from '../../protocol/modelName.js';
import { openaiDialect } from '../../protocol/openai/errors.js';
import { modelBody, modelsBody } from '../../protocol/openai/models.js';
import { chatEncoder, chatReply } from '../../protocol/openai/chat/reply.js';
import { decodeChat, translateChat } from '../../protocol/openai/chat/request.js';
import type { ReplyContext } from '../../protocol/openai/reply.js';
import { SSE_TYPE } from '../../protocol/sse.js';
import { type Exchange, JSON_TYPE, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { answerAction, chatRoute } from './chatRoute.js';
import { notFoundForEmbedding } from './generate.js';
import {
  catalog,
  findModel,
  modelNotFound,
  readChatBody,
  readChatFields,
  requireModel,
  type RouteContext,
  routesOf,
} from './context.js';

const RESPONSES_STRUCT = 'openai.ResponsesRequest';

type Handler = (exchange: Exchange) => Promise<void>;

/** Seconds since 1970. */
function secondsNow(): number {
  return Math.floor(Date.now() / 1_000);
}

function newReply(model: string): ReplyContext {
  return { id: randomUUID().replaceAll('-', ''), model, created: secondsNow() };
}

/** On these routes, Ollama answers an empty name as an unknown one. */
async function findAnyModel(
  context: RouteContext,
  exchange: Exchange,
  requested: string,
  notFound = modelNotFound(requested),
): Promise<CatalogEntry> {
  refuseInvalidName(requested);
  if (requested.trim() === '') throw modelNotFound(requested);
  return findModel(context, exchange, requested, { notFound });
}

function chatCompletions(context: RouteContext): Handler {
  return chatRoute(context, {
    struct: 'openai.ChatCompletionRequest',
    decode: decodeChat,
    replyContext: ({ model, count }) => ({ ...newReply(model), count }),
    translate(body, entry) {
      const request = translateChat(body, entry);
      const moreRequests = Array.from({ length: body.count.perPrompt - 1 }, () => request);
      return { ...answerAction(request, ...moreRequests), callFormat: body.callFormat };
    },
    encoder: (reply, body) => chatEncoder(reply, body),
    reply: (events, reply, action) => chatReply(events, reply, action),
  });
}

function completions(context: RouteContext): Handler {
  return chatRoute(context, {
    struct: 'openai.CompletionRequest',
    decode: decodeCompletion,
    findModel: findAnyModel,
    replyContext: ({ model, count }) => ({ ...newReply(model), count }),
    translate(body, entry, reply) {
      const [request, ...moreRequests] = translateCompletion(body, entry);
      if (request !== undefined) return answerAction(request, ...moreRequests);
      const contentType = body.stream ? SSE_TYPE : JSON_TYPE;
      return { type: 'load', reply: { contentType, text: completionLoadReply(body, reply) } };
    },
    encoder: (reply, body) => completionEncoder(reply, body),
    reply: (events, reply) => completionReply(events, reply),
  });
}

function responses(context: RouteContext, routeName: 'responses' | 'compact'): Handler {
  return async (exchange) => {
    const protocol = await import('./responsesProtocol.js');
    const handle = chatRoute(context, {
      struct: RESPONSES_STRUCT,
      decode: (fields) => protocol.decodeResponses(fields, routeName),
      replyContext: ({ model, echo, toolTable }) => ({
        ...newReply(model),
        echo,
        toolTable,
        now: secondsNow,
      }),
      translate(body, entry, _reply, { id, log }) {
        for (const note of body.notes) log.info(`#${id} ${printable(note)}`);
        const request = protocol.translateResponses(body, entry);
        return { ...answerAction(request), compaction: body.compaction };
      },
      encoder: (reply, { compaction }) =>
        compaction === undefined ? protocol.responsesEncoder(reply) : protocol.compactionEncoder(reply),
      reply: (events, reply, { compaction }) =>
        compaction === undefined
          ? protocol.responsesReply(events, reply)
          : protocol.compactionReply(events, reply, compaction),
    });
    return handle(exchange);
  };
}

/** Estimates the tokens of a request. The API is not asked: the CLI has no request that only counts. */
async function inputTokens(context: RouteContext, exchange: Exchange): Promise<void> {
  const { decodeResponses, translateResponses } = await import('./responsesProtocol.js');
  const { fields } = await readChatFields(exchange, RESPONSES_STRUCT);
  const body = decodeResponses(fields, 'input_tokens');
  const entry = await requireModel(context, exchange, body.model);
  const { estimateRequestTokens } = await import('./tokenCount.js');
  const tokens = estimateRequestTokens(translateResponses(body, entry));
  sendJson(exchange.response, 200, { object: 'response.input_tokens', input_tokens: tokens });
}

async function embeddings(context: RouteContext, exchange: Exchange): Promise<void> {
  const { model } = decodeEmbeddings(await readChatBody(exchange));
  await findAnyModel(context, exchange, model, notFoundForEmbedding(model));
  throw new ChatError(
    'badRequest',
    `${JSON.stringify(model)} does not support embeddings: Claude has no embedding models. Use another provider for embeddings.`,
  );
}

/** Whether a client of Anthropic sent the request: its SDKs list models at the same path as OpenAI's. */
function isAnthropicClient({ request }: Exchange): boolean {
  return request.headers['anthropic-version'] !== undefined;
}

async function models(context: RouteContext, exchange: Exchange): Promise<void> {
  const entries = await catalog(context);
  const { createdAt } = context;
  const body = isAnthropicClient(exchange)
    ? {
        ...modelsBody(entries, createdAt, (entry) => modelFields(entry, createdAt)),
        ...pageFields(entries.map(({ name }) => name)),
      }
    : modelsBody(entries, createdAt);
  sendJson(exchange.response, 200, body);
}

async function model(context: RouteContext, exchange: Exchange, requested: string): Promise<void> {
  const shownName = requested.includes(':') ? requested : `${requested}:latest`;
  const entry = await requireModel(context, exchange, requested, shownName);
  const more = isAnthropicClient(exchange) ? modelFields(entry, context.createdAt) : {};
  const createdAt = entry.stored?.modifiedAt ?? context.createdAt;
  sendJson(exchange.response, 200, { ...modelBody(requested, createdAt), ...more });
}

export function openaiRoutes(context: RouteContext): Route[] {
  const route = routesOf(openaiDialect);
  return [
    route('POST', '/v1/chat/completions', chatCompletions(context)),
    route('POST', '/v1/completions', completions(context)),
    route('POST', '/v1/embeddings', (exchange) => embeddings(context, exchange)),
    route('POST', '/v1/responses', responses(context, 'responses')),
    route('POST', '/v1/responses/compact', responses(context, 'compact')),
    route('POST', '/v1/responses/input_tokens', (exchange) => inputTokens(context, exchange)),
    route('GET', '/v1/models', (exchange) => models(context, exchange)),
    route('GET', '/v1/models/:model', (exchange, name) => model(context, exchange, name)),
  ];
}
