/** Ollama's routes that manage models. Few clients use them, so their handlers are loaded with the first request. */
import { ollamaDialect } from '../../protocol/ollama/errors.js';
import type { Exchange } from '../exchange.js';
import type { Route } from '../router.js';
import { type RouteContext, routesOf } from './context.js';

type Handle = (exchange: Exchange, segment: string) => Promise<void>;

export function managementRoutes(context: RouteContext): readonly Route[] {
  const route = routesOf(ollamaDialect);
  const handler =
    (name: 'pull' | 'push' | 'create' | 'copy' | 'remove'): Handle =>
    async (exchange) => {
      const handlers = await import('../modelManagement.js');
      await handlers[name](context, exchange);
    };
  const blob: Handle = async (exchange, digest) => {
    const handlers = await import('../modelManagement.js');
    handlers.blob(exchange, digest);
  };
  return [
    route('POST', '/api/pull', handler('pull')),
    route('POST', '/api/push', handler('push')),
    route('POST', '/api/create', handler('create')),
    route('POST', '/api/copy', handler('copy')),
    route('DELETE', '/api/delete', handler('remove')),
    route('HEAD', '/api/blobs/:digest', blob),
    route('POST', '/api/blobs/:digest', blob),
  ];
}
