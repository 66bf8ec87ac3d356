/** The Anthropic Messages API: `/v1/messages`. */
import { randomBytes } from 'node:crypto';
import { anthropicDialect } from '../../protocol/anthropic/errors.js';
import { messagesEncoder, messagesReply } from '../../protocol/anthropic/reply.js';
import { decodeMessages, translateMessages } from '../../protocol/anthropic/request.js';
import { type Exchange, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { answerAction, chatRoute } from './chatRoute.js';
import { readChatFields, requireModel, type RouteContext, routesOf } from './context.js';

const MESSAGES_STRUCT = 'anthropic.MessagesRequest';

function newMessageId(): string {
  return `msg_${randomBytes(12).toString('hex')}`;
}

/** Estimates the tokens of a request. The API is not asked: the CLI has no request that only counts. */
async function countTokens(context: RouteContext, exchange: Exchange): Promise<void> {
  const { fields } = await readChatFields(exchange, MESSAGES_STRUCT);
  const body = decodeMessages(fields, { route: 'count_tokens' });
  const entry = await requireModel(context, exchange, body.model);
  const { estimateRequestTokens } = await import('./tokenCount.js');
  sendJson(exchange.response, 200, { input_tokens: estimateRequestTokens(translateMessages(body, entry)) });
}

export function anthropicRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(anthropicDialect);
  const messages = chatRoute(context, {
    struct: MESSAGES_STRUCT,
    decode: (fields) => decodeMessages(fields),
    replyContext: (body) => ({ id: newMessageId(), model: body.model }),
    translate: (body, entry) => answerAction(translateMessages(body, entry)),
    encoder: (reply) => messagesEncoder(reply),
    reply: (events, reply) => messagesReply(events, reply),
    // Every reply has `no-store`. Clients of event streams also expect `no-cache`.
    streamHeaders: { 'Cache-Control': 'no-cache, no-store' },
  });
  return [
    route('POST', '/v1/messages', messages),
    route('POST', '/v1/messages/count_tokens', (exchange) => countTokens(context, exchange)),
  ];
}
