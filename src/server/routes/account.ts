/**
 * Ollama's routes for an account at ollama.com. Replies as an Ollama where no user is signed in and the cloud is
 * disabled, with no recommended models.
 */
import { bodyFields } from '../../protocol/json/fields.js';
import { OllamaStatusError, ollamaDialect } from '../../protocol/ollama/errors.js';
import { MAX_SMALL_BODY_BYTES, readBody } from '../body.js';
import { type Exchange, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { routesOf } from './context.js';

function refuse(message: string): () => never {
  return () => {
    throw new OllamaStatusError(401, message);
  };
}

/**
 * A route that only Ollama's cloud has.
 * @param feature its name in Ollama's error
 * @param struct the Go type of the body, for errors of the decoder
 */
function cloudOnly(feature: string, struct: string): (exchange: Exchange) => Promise<void> {
  return async (exchange) => {
    bodyFields(await readBody(exchange.request, MAX_SMALL_BODY_BYTES), `api.${struct}`);
    throw new OllamaStatusError(403, `ollama cloud is disabled: ${feature} is unavailable`);
  };
}

export function accountRoutes(): readonly Route[] {
  const route = routesOf(ollamaDialect);
  const signOut = refuse('you are not currently signed in');
  return [
    route('GET', '/api/status', (exchange) =>
      sendJson(exchange.response, 200, { cloud: { disabled: true, source: 'config' } }),
    ),
    route('POST', '/api/me', refuse('unauthorized')),
    route('POST', '/api/signout', signOut),
    route('DELETE', '/api/user/keys/:encodedKey', signOut),
    route('GET', '/api/experimental/model-recommendations', (exchange) =>
      sendJson(exchange.response, 200, { recommendations: [] }),
    ),
    route('POST', '/api/experimental/web_search', cloudOnly('web search', 'WebSearchRequest')),
    route('POST', '/api/experimental/web_fetch', cloudOnly('web fetch', 'WebFetchRequest')),
  ];
}
