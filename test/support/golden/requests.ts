/** The requests of the golden table. A real Ollama and this server get the same ones, each in a state of its own. */
import type { Script } from '../fakeBackend.js';
import { DONE, says, text, thinking } from '../fakeBackend.js';

export interface GoldenRequest {
  /** Unique. Completes `answers … as Ollama does`. */
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the model answers. */
  readonly script?: Script;
  /** Why the answer differs from Ollama's: an id of docs/compatibility.md. Then it must differ. */
  readonly differs?: string;
}

const post = (path: string, body: unknown, more: Partial<GoldenRequest> = {}): GoldenRequest => {
  const sent = JSON.stringify(body);
  return { title: `POST ${path} ${sent}`, method: 'POST', path, body: sent, ...more };
};
const bare = (method: string, path: string, more: Partial<GoldenRequest> = {}): GoldenRequest => ({
  title: `${method} ${path}`,
  method,
  path,
  ...more,
});

/** Ollama reads these bodies into a struct without a name, and its errors show that. */
const STRUCTS = 'C-116';
/** Ollama reads these bodies twice, and its errors are those of the first time. */
const RESPONSES = 'C-117';

const ROUTES: readonly GoldenRequest[] = [
  bare('GET', '/'),
  bare('HEAD', '/'),
  bare('POST', '/'),
  bare('GET', '/api/version'),
  bare('HEAD', '/api/version'),
  bare('POST', '/api/version'),
  bare('GET', '/nope'),
  bare('GET', '/api/nope'),
  bare('POST', '/v1/nope'),
  bare('GET', '/API/tags'),
  bare('GET', '/api/version/', { differs: 'C-112' }),
  bare('POST', '/api/chat/'),
  bare('GET', '/api/chat'),
  bare('PUT', '/api/chat'),
  bare('POST', '/api/tags'),
  bare('HEAD', '/api/tags'),
  bare('HEAD', '/api/ps'),
  bare('GET', '/api/ps'),
  bare('POST', '/api/delete'),
  bare('GET', '/api/generate'),
  bare('GET', '/api/show'),
  bare('GET', '/api/embed'),
  bare('GET', '/v1/chat/completions'),
  bare('GET', '/v1/messages'),
  bare('HEAD', '/v1/models'),
  bare('GET', '/v1/models/nope'),
  bare('GET', '/v1/models/claude-sonnet'),
  bare('GET', '/api/tags'),
  bare('GET', '/v1/models'),
];

/** Every route that reads a body, and how a model is named in it. */
const BODY_ROUTES: readonly { readonly method: string; readonly path: string; readonly field: string }[] = [
  ...['chat', 'generate', 'show', 'pull', 'push', 'create', 'embed', 'embeddings'].map((name) => ({
    method: 'POST',
    path: `/api/${name}`,
    field: 'model',
  })),
  { method: 'POST', path: '/api/copy', field: 'source' },
  { method: 'DELETE', path: '/api/delete', field: 'model' },
  ...['chat/completions', 'completions', 'embeddings', 'responses', 'messages'].map((name) => ({
    method: 'POST',
    path: `/v1/${name}`,
    field: 'model',
  })),
];

/** Bodies of a wrong type. */
const WRONG_TYPE = /^(?:\[\]|"x"|\{"model":5\})$/;

function differenceOf(path: string, body: string | undefined): string | undefined {
  if (path === '/v1/responses') return RESPONSES;
  if (path === '/api/push' && body?.includes('":"') === true && !body.includes('""')) return 'C-34';
  const isStruct = path === '/api/chat' || path === '/api/generate';
  return isStruct && body !== undefined && WRONG_TYPE.test(body) ? STRUCTS : undefined;
}

/** Whether a real Ollama would ask its registry for the model. */
const needsRegistry = (path: string, body: string | undefined): boolean =>
  /^\/api\/pu(?:ll|sh)$/.test(path) && body?.includes('nope') === true;

/** Bodies that no route takes, and names that no model has. */
const BODIES: readonly ((field: string) => string | undefined)[] = [
  () => undefined,
  () => '',
  () => '{}',
  () => 'null',
  () => '{',
  () => 'hello',
  () => '[]',
  () => '"x"',
  (field) => `{"${field}":5}`,
  (field) => `{"${field}":""}`,
  (field) => `{"${field}":"nope"}`,
  (field) => `{"${field}":"nope:v1"} trailing`,
  (field) => `{"${field}":"bad name!"}`,
  (field) => `{"${field}":"a/b/c/d/e"}`,
  (field) => `{"${field}":"../x"}`,
];

const REFUSED: readonly GoldenRequest[] = BODY_ROUTES.flatMap(({ method, path, field }) =>
  BODIES.flatMap((bodyOf): GoldenRequest[] => {
    const body = bodyOf(field);
    const title = `${method} ${path} ${body === undefined ? 'without a body' : JSON.stringify(body)}`;
    const differs = differenceOf(path, body);
    if (needsRegistry(path, body)) return [];
    return [
      {
        title,
        method,
        path,
        ...(body === undefined ? {} : { body }),
        ...(differs === undefined ? {} : { differs }),
      },
    ];
  }),
);

const QUESTION = [{ role: 'user', content: 'hi' }];
const TOOL = {
  type: 'function',
  function: { name: 'get_weather', description: 'd', parameters: { type: 'object', properties: {} } },
};
const CALLS = says(
  { type: 'toolCall', call: { id: 'call_a1b2c3d4', name: 'get_weather', arguments: { city: 'Oslo' } } },
  { ...DONE, reason: 'toolCalls' } as typeof DONE,
);
const THINKS = says(thinking('Hm.'), text('Hello'), DONE);
const IS_LONG = says(text('Hel'), { ...DONE, reason: 'length' } as typeof DONE);

const CHATS: readonly GoldenRequest[] = [
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, stream: false }),
  post('/api/chat', { model: 'CLAUDE-SONNET:latest', messages: QUESTION, stream: false }),
  post('/api/chat', { model: 'claude-sonnet', messages: [], keep_alive: 0 }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, think: true }, { script: THINKS }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, tools: [TOOL] }, { script: CALLS }),
  post(
    '/api/chat',
    { model: 'claude-sonnet', messages: QUESTION, stream: false },
    {
      title: 'a chat that ends at a limit',
      script: IS_LONG,
    },
  ),
  post('/api/chat', { model: 'claude-sonnet', messages: 5 }, { differs: STRUCTS }),
  post('/api/chat', { model: 'claude-sonnet', messages: [{ role: 5 }] }, { differs: STRUCTS }),
  post(
    '/api/chat',
    { model: 'claude-sonnet', messages: [{ role: 'user', content: 5 }] },
    { differs: STRUCTS },
  ),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, stream: 'x' }, { differs: STRUCTS }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, keep_alive: '24' }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, keep_alive: true }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, top_logprobs: 21 }),
  post('/api/chat', { model: 'claude-sonnet', messages: QUESTION, options: [] }, { differs: STRUCTS }),
  post('/api/generate', { model: 'claude-sonnet', prompt: 5 }, { differs: STRUCTS }),
  post('/api/generate', { model: 'claude-sonnet', prompt: 'hi', images: ['%'] }),
  post('/v1/chat/completions', { model: 'claude-sonnet', messages: QUESTION }),
  post('/v1/chat/completions', { model: 'claude-sonnet', messages: QUESTION, stream: true }),
  post('/v1/chat/completions', {
    model: 'claude-sonnet',
    messages: QUESTION,
    stream: true,
    stream_options: { include_usage: true },
  }),
  post(
    '/v1/chat/completions',
    { model: 'claude-sonnet', messages: QUESTION, tools: [TOOL] },
    { script: CALLS },
  ),
  post(
    '/v1/chat/completions',
    { model: 'claude-sonnet', messages: QUESTION, tools: [TOOL], stream: true },
    { script: CALLS },
  ),
  post('/v1/chat/completions', { model: 'nope', messages: QUESTION }),
  post('/v1/chat/completions', { model: 'claude-sonnet', messages: [] }),
  post('/v1/chat/completions', { model: 'claude-sonnet', messages: QUESTION, reasoning_effort: 'bogus' }),
  post('/v1/completions', { model: 'claude-sonnet', prompt: 'hi' }),
  post('/v1/completions', { model: 'nope', prompt: 'hi' }),
  post('/v1/messages', { model: 'claude-sonnet', max_tokens: 10, messages: QUESTION }, { differs: 'C-47' }),
  post(
    '/v1/messages',
    { model: 'claude-sonnet', max_tokens: 10, messages: QUESTION, stream: true },
    { differs: 'C-47' },
  ),
  post('/v1/messages', { model: 'claude-sonnet', messages: QUESTION }),
  post('/v1/messages', { model: 'claude-sonnet', max_tokens: 10, messages: [] }),
  post('/v1/messages', { model: 'nope', max_tokens: 10, messages: QUESTION }),
  post('/v1/responses', { model: 'claude-sonnet', input: 'hi' }, { differs: 'C-123' }),
  post('/v1/responses', { model: 'claude-sonnet', input: 'hi', stream: true }, { differs: 'C-123' }),
  post('/v1/responses', { model: 'nope', input: 'hi' }),
  post('/v1/embeddings', { model: 'nope', input: 'hi' }),
  post('/api/embed', { model: 'nope', input: 'hi' }),
  post('/api/embeddings', { model: 'nope', prompt: 'hi' }),
];

const MODELS: readonly GoldenRequest[] = [
  post('/api/create', { model: 'x' }),
  post('/api/create', { model: 'b b', from: 'claude-sonnet' }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', parameters: { typical_p: 1 } }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', license: 5 }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', license: ['MIT', 5] }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', adapters: { a: 'sha256:x' } }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', messages: 5 }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', parameters: 5 }),
  post('/api/create', { model: 'x', from: 'claude-sonnet', stream: false, system: 'S' }),
  post('/api/copy', { source: 'claude-sonnet', destination: 'My-Copy:V1' }),
  post('/api/copy', { source: 'claude-sonnet', destination: 'b b' }),
  post('/api/copy', { source: 'nope', destination: 'x' }),
  bare('HEAD', `/api/blobs/sha256:${'a'.repeat(64)}`),
  bare('HEAD', '/api/blobs/nope'),
  post('/api/blobs/nope', 'x'),
];

export const REQUESTS: readonly GoldenRequest[] = [...ROUTES, ...REFUSED, ...CHATS, ...MODELS];
