/** The Anthropic Messages API: `/v1/messages`. */
import { randomBytes } from 'node:crypto';
import { anthropicDialect } from '../../protocol/anthropic/errors.js';
import { messagesEncoder, messagesReply } from '../../protocol/anthropic/reply.js';
import { decodeMessages, translateMessages } from '../../protocol/anthropic/request.js';
import type { Route } from '../router.js';
import { answerAction, chatRoute } from './chatRoute.js';
import { type RouteContext, routesOf } from './context.js';

function newMessageId(): string {
  return `msg_${randomBytes(12).toString('hex')}`;
}

export function anthropicRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(anthropicDialect);
  const messages = chatRoute(context, {
    decode: decodeMessages,
    replyContext: (body) => ({ id: newMessageId(), model: body.model }),
    translate: (body, entry) => answerAction(translateMessages(body, entry)),
    encoder: (reply) => messagesEncoder(reply),
    reply: (events, reply) => messagesReply(events, reply),
    // Every reply has `no-store`. Clients of event streams also expect `no-cache`.
    streamHeaders: { 'Cache-Control': 'no-cache, no-store' },
  });
  return [route('POST', '/v1/messages', messages)];
}
