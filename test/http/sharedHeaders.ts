/** Request lines and headers that several clients share. */
export const JSON_TYPE = 'Content-Type: application/json';
export const json = 'content-type: application/json';

export const OLLAMA_JS = [
  JSON_TYPE,
  'Accept: application/json',
  'User-Agent: ollama-js/0.6.4 (x64 linux Node.js/v20.20.2)',
];

export const OPENAI_JS = [
  'accept: application/json',
  'user-agent: OpenAI/JS 6.49.0',
  'x-stainless-retry-count: 0',
  'x-stainless-lang: js',
  'x-stainless-package-version: 6.49.0',
  'x-stainless-os: Linux',
  'x-stainless-arch: x64',
  'x-stainless-runtime: node',
  'x-stainless-runtime-version: v20.20.2',
  'authorization: Bearer ollama',
];

export const TAGS = 'GET /api/tags';
export const SHOW = 'POST /api/show';
export const VERSION = 'GET /api/version';
export const PS = 'GET /api/ps';
export const CHAT = 'POST /api/chat';
export const GENERATE = 'POST /api/generate';
export const V1_CHAT = 'POST /v1/chat/completions';
