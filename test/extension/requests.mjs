// Requests to every route of every API that the server speaks.

const MESSAGES = [{ role: 'user', content: 'say: no' }];
const TOOL = { type: 'object', properties: { at: { type: 'string' } } };
const FUNCTION = { name: 'look', description: 'Looks.', parameters: TOOL };

/**
 * Requests that run Claude: path and body without the model.
 * @type {readonly [path: string, body: object][]}
 */
const GENERATING = [
  ['/api/chat', { messages: MESSAGES }],
  ['/api/chat', { messages: MESSAGES, tools: [{ type: 'function', function: FUNCTION }] }],
  ['/api/chat', { messages: MESSAGES, format: 'json', think: true }],
  ['/api/generate', { prompt: 'say: no' }],
  ['/api/generate', { prompt: 'say: no', system: 'Be brief.' }],
  ['/v1/chat/completions', { messages: MESSAGES }],
  ['/v1/chat/completions', { messages: MESSAGES, tools: [{ type: 'function', function: FUNCTION }] }],
  ['/v1/completions', { prompt: 'say: no' }],
  ['/v1/responses', { input: 'say: no' }],
  ['/v1/messages', { messages: MESSAGES, max_tokens: 50 }],
  [
    '/v1/messages',
    {
      messages: MESSAGES,
      max_tokens: 50,
      tools: [{ name: 'look', description: 'Looks.', input_schema: TOOL }],
    },
  ],
];
const MODELS = ['claude-sonnet', 'claude-sonnet:workspace', 'claude', 'llama3.2'];

/**
 * Requests that do not run Claude: method, path and body.
 * @type {readonly [method: string, path: string, body?: object][]}
 */
const OTHERS = [
  ['GET', '/'],
  ['HEAD', '/'],
  ['GET', '/api/version'],
  ['GET', '/api/tags'],
  ['HEAD', '/api/tags'],
  ['GET', '/api/ps'],
  ['POST', '/api/show', { model: 'claude-sonnet' }],
  ['POST', '/api/chat', { model: 'claude-sonnet', messages: [] }],
  ['POST', '/api/generate', { model: 'claude-sonnet' }],
  ['POST', '/api/embed', { model: 'claude-sonnet', input: 'text' }],
  ['POST', '/api/embeddings', { model: 'claude-sonnet', prompt: 'text' }],
  ['POST', '/api/pull', { model: 'claude-sonnet' }],
  ['POST', '/api/push', { model: 'claude-sonnet' }],
  ['POST', '/api/create', { model: 'mine', from: 'claude-sonnet' }],
  ['POST', '/api/copy', { source: 'claude-sonnet', destination: 'mine' }],
  ['DELETE', '/api/delete', { model: 'mine' }],
  ['HEAD', `/api/blobs/sha256:${'0'.repeat(64)}`],
  ['POST', `/api/blobs/sha256:${'0'.repeat(64)}`, {}],
  ['GET', '/api/status'],
  ['POST', '/api/me', {}],
  ['POST', '/api/signout', {}],
  ['DELETE', '/api/user/keys/mine'],
  ['GET', '/api/experimental/model-recommendations'],
  ['POST', '/api/experimental/web_search', { query: 'text' }],
  ['POST', '/api/experimental/web_fetch', { url: 'http://127.0.0.1/' }],
  ['POST', '/v1/embeddings', { model: 'claude-sonnet', input: 'text' }],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/claude-sonnet'],
];

/** @typedef {{ method: string, path: string, body?: object, generates: boolean }} RouteRequest */

/** @returns {RouteRequest[]} more than a hundred requests */
export function requestsToEveryRoute() {
  const generating = GENERATING.flatMap(([path, body]) =>
    MODELS.flatMap((model) =>
      [true, false].map((stream) => ({
        method: 'POST',
        path,
        body: { ...body, model, stream },
        generates: true,
      })),
    ),
  );
  const others = OTHERS.map(([method, path, body]) => ({
    method,
    path,
    ...(body === undefined ? {} : { body }),
    generates: false,
  }));
  return [...generating, ...others];
}
