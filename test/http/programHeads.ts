/** The first requests of other programs and of libraries: model discovery, and a chat. */
import {
  type ClientHeads,
  type Head,
  aiohttp,
  go,
  httpx,
  hyper,
  nodeFetch,
  page,
} from './clientLibraries.js';
import {
  CHAT,
  GENERATE,
  JSON_TYPE,
  OLLAMA_JS,
  OPENAI_JS,
  PS,
  SHOW,
  TAGS,
  V1_CHAT,
  VERSION,
  json,
} from './sharedHeaders.js';

const GO_AGENT = 'User-Agent: ollama/0.34.4 (amd64 linux) Go/go1.24.1';

const PYTHON = [
  JSON_TYPE,
  'Accept: application/json',
  'User-Agent: ollama-python/0.6.0 (x86_64 linux) Python/3.12.3',
];

const OBSIDIAN = 'Origin: app://obsidian.md';

const goJson = (line: string): Head => go(line, GO_AGENT, 'Accept: application/json', JSON_TYPE);

const goStream = (line: string): Head => go(line, GO_AGENT, 'Accept: application/x-ndjson', JSON_TYPE);

/** Clients outside editors. */
export const PROGRAMS: readonly ClientHeads[] = [
  {
    client: 'Codex 0.169',
    evidence: 'run',
    head: 'library',
    heads: [
      ...['GET /v1/models', VERSION, TAGS].map((line) => hyper(line)),
      hyper(
        'POST /v1/responses',
        'accept: text/event-stream',
        json,
        'originator: codex_exec',
        'session_id: 019a',
        'user-agent: codex_exec/0.169.0 (Linux x86_64)',
      ),
    ],
  },
  {
    client: 'the ollama command',
    evidence: 'read',
    head: 'library',
    heads: [
      ...['HEAD /', TAGS, PS, VERSION].map(goJson),
      ...[SHOW].map(goJson),
      ...[GENERATE, CHAT].map(goStream),
    ],
  },
  {
    client: 'ollama-js 0.6.4',
    evidence: 'run',
    head: 'recorded',
    heads: [TAGS, PS, SHOW, CHAT, GENERATE].map((line) => nodeFetch(line, ...OLLAMA_JS)),
  },
  {
    client: 'ollama-python',
    evidence: 'read',
    head: 'library',
    heads: [TAGS, PS, SHOW, CHAT, GENERATE].map((line) => httpx(line, ...PYTHON)),
  },
  {
    client: 'Home Assistant',
    evidence: 'read',
    head: 'library',
    heads: [TAGS, PS, CHAT].map((line) => httpx(line, ...PYTHON)),
  },
  {
    client: 'LangChain 1.3.0',
    evidence: 'run',
    head: 'recorded',
    heads: [TAGS, CHAT].map((line) => nodeFetch(line, ...OLLAMA_JS)),
  },
  {
    client: 'ollama-ai-provider-v2 3.6.0',
    evidence: 'run',
    head: 'recorded',
    heads: [CHAT, GENERATE].map((line) =>
      nodeFetch(
        line,
        json,
        'user-agent: ai/6.0.326 ai-sdk/provider-utils/4.0.65 runtime/node.js/v20.20.2',
        'accept: */*',
      ),
    ),
  },
  {
    client: 'ai-sdk-ollama 4.3.0',
    evidence: 'run',
    head: 'library',
    heads: [nodeFetch(CHAT, ...OLLAMA_JS)],
  },
  {
    client: 'LlamaIndex 0.12.1',
    evidence: 'run',
    head: 'library',
    heads: [nodeFetch(CHAT, ...OLLAMA_JS)],
  },
  {
    client: 'OpenAI’s SDK 6.49.0',
    evidence: 'run',
    head: 'recorded',
    heads: [nodeFetch('GET /v1/models', ...OPENAI_JS), nodeFetch(V1_CHAT, ...OPENAI_JS, json)],
  },
  {
    client: 'Open WebUI',
    evidence: 'read',
    head: 'library',
    heads: [
      ...[VERSION, TAGS, PS].map((line) => aiohttp(line, 'Content-Type: application/json')),
      ...[SHOW, CHAT, GENERATE].map((line) =>
        aiohttp(line, JSON_TYPE, 'X-OpenWebUI-User-Name: someone', 'X-OpenWebUI-User-Role: admin'),
      ),
    ],
  },
  {
    client: 'aider, with litellm',
    evidence: 'read',
    head: 'library',
    heads: [SHOW, CHAT].map((line) => httpx(line, 'Accept: */*', 'User-Agent: litellm/1.77.0', JSON_TYPE)),
  },
  {
    client: 'Copilot for Obsidian 4.0.2',
    evidence: 'read',
    head: 'library',
    heads: [
      page(
        'OPTIONS /api/chat',
        OBSIDIAN,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Headers: authorization,content-type,dangerously-allow-browser,user-agent',
      ),
      page(CHAT, OBSIDIAN, 'Authorization: Bearer default-key', JSON_TYPE),
      page(TAGS, OBSIDIAN, 'Authorization: Bearer default-key'),
    ],
  },
  {
    client: 'Smart Connections for Obsidian',
    evidence: 'read',
    head: 'library',
    heads: [page(TAGS, OBSIDIAN), page(SHOW, OBSIDIAN, JSON_TYPE), page(CHAT, OBSIDIAN, JSON_TYPE)],
  },
  {
    client: 'Raycast',
    evidence: 'read',
    head: 'library',
    heads: [VERSION, TAGS, PS, SHOW, GENERATE, CHAT].map((line) =>
      nodeFetch(line, ...(line.startsWith('POST') ? [JSON_TYPE] : []), 'accept: */*', 'user-agent: node'),
    ),
  },
];
