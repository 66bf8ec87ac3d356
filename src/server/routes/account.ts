/**
 * The native routes about an account at ollama.com. Nobody is signed in there, its cloud is off, and it recommends
 * nothing; clients that ask get told so in Ollama's words.
 */
import { bodyFields } from '../../protocol/json/fields.js';
import { OllamaStatusError, ollamaDialect } from '../../protocol/ollama/errors.js';
import { readBody, SMALL_BODY_BYTES } from '../body.js';
import { type Exchange, sendJson } from '../exchange.js';
import type { Route } from '../router.js';
import { routesOf } from './context.js';

function refuse(message: string): () => never {
  return () => {
    throw new OllamaStatusError(401, message);
  };
}

/** @param what it is that only the cloud has, and what Ollama calls the body */
function cloudOnly(what: string, struct: string): (exchange: Exchange) => Promise<void> {
  return async (exchange) => {
    bodyFields(await readBody(exchange.request, SMALL_BODY_BYTES), `api.${struct}`);
    throw new OllamaStatusError(403, `ollama cloud is disabled: ${what} is unavailable`);
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
