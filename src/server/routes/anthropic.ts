/** Anthropic's face: `/v1/messages`. */
import { randomBytes } from 'node:crypto';
import { anthropicDialect } from '../../protocol/anthropic/errors.js';
import { messagesEncoder, messagesReply } from '../../protocol/anthropic/reply.js';
import { decodeMessages, translateMessages } from '../../protocol/anthropic/request.js';
import type { Exchange } from '../exchange.js';
import type { Route } from '../router.js';
import { answerChat, KEEP_ALIVE_MS, readChatBody, resolve, type RouteContext, routesOf } from './context.js';

function newId(prefix: 'msg' | 'req'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

async function messages(context: RouteContext, exchange: Exchange): Promise<void> {
  const body = decodeMessages(await readChatBody(exchange));
  const entry = await resolve(context, exchange, body.model, body.model);
  const request = translateMessages(body, entry);
  const reply = { id: newId('msg'), model: body.model };
  // The guard's own word for every answer, and what clients of streams expect beside it.
  if (body.stream) exchange.response.setHeader('Cache-Control', 'no-cache, no-store');
  await answerChat(
    context,
    exchange,
    { entry, request, keepAliveMs: KEEP_ALIVE_MS },
    body.stream
      ? { type: 'stream', encoder: messagesEncoder(reply) }
      : { type: 'whole', encode: (events) => messagesReply(events, reply) },
  );
}

export function anthropicRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(anthropicDialect(() => newId('req')));
  return [route('POST', '/v1/messages', (exchange) => messages(context, exchange))];
}
