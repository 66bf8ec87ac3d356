/** The first requests of clients in editors: model discovery, and a chat. */
import { type ClientHeads, bun, curl, hyper, java, ktor, nodeFetch, nodeHttp } from './clientLibraries.js';
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

const COPILOT = [
  'Authorization: Bearer ',
  'X-Request-Id: 9f0a3c1e-2b4d-4c58-8d1f-0a6b7c8d9e0f',
  'OpenAI-Intent: conversation-other',
  'X-GitHub-Api-Version: 2025-05-01',
  'X-Initiator: user',
  'X-Interaction-Id: 1d2c3b4a-5f6e-4d7c-8b9a-0f1e2d3c4b5a',
  'X-Interaction-Type: conversation-agent',
  'X-Agent-Task-Id: 6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d',
  'x-onbehalf-extension-id: github.copilot-chat/0.67.0',
  'User-Agent: GitHubCopilotChat/0.67.0',
];

const COPILOT_DISCOVERY = ['User-Agent: GitHubCopilotChat/0.67.0'];

/** Clients in editors. */
export const EDITORS: readonly ClientHeads[] = [
  {
    client: 'VS Code’s own provider for Ollama',
    evidence: 'run',
    head: 'library',
    heads: [
      ...[VERSION, TAGS, 'GET //api/version', 'GET //api/tags'].map((line) =>
        nodeFetch(line, ...COPILOT_DISCOVERY),
      ),
      nodeFetch(SHOW, JSON_TYPE, ...COPILOT_DISCOVERY),
      nodeFetch(V1_CHAT, JSON_TYPE, ...COPILOT),
    ],
  },
  {
    client: 'VS Code’s custom endpoints',
    evidence: 'run',
    head: 'library',
    heads: [
      nodeFetch(V1_CHAT, JSON_TYPE, ...COPILOT),
      nodeFetch(
        'POST /v1/messages',
        JSON_TYPE,
        'x-api-key: ',
        'anthropic-version: 2023-06-01',
        'anthropic-beta: interleaved-thinking-2025-05-14',
        ...COPILOT,
      ),
    ],
  },
  {
    client: 'the extension Ollama.ollama 0.0.8',
    evidence: 'run',
    head: 'library',
    heads: [
      ...[VERSION, TAGS, PS, 'GET /api/experimental/model-recommendations'].map((line) =>
        nodeFetch(line, ...OLLAMA_JS),
      ),
      nodeFetch(SHOW, ...OLLAMA_JS),
      nodeFetch(CHAT, ...OLLAMA_JS),
    ],
  },
  {
    client: 'Continue',
    evidence: 'run',
    head: 'library',
    heads: [
      nodeHttp(TAGS, 'Accept: */*', 'User-Agent: node-fetch'),
      ...[SHOW, CHAT, GENERATE].map((line) =>
        nodeHttp(line, JSON_TYPE, 'Accept: */*', 'User-Agent: node-fetch'),
      ),
      nodeHttp(CHAT, JSON_TYPE, 'Authorization: Bearer ollama', 'Accept: */*', 'User-Agent: node-fetch'),
    ],
  },
  {
    client: 'Continue’s cn 1.5.47',
    evidence: 'run',
    head: 'library',
    heads: [
      nodeFetch('GET /v1/models', ...OPENAI_JS.slice(0, -1), 'authorization: Bearer'),
      nodeFetch(V1_CHAT, ...OPENAI_JS.slice(0, -1), 'authorization: Bearer', json),
      nodeFetch('POST /v1/fim/completions', json, 'authorization: Bearer'),
    ],
  },
  {
    client: 'Cline 3.0.65',
    evidence: 'run',
    head: 'library',
    heads: [
      bun(TAGS, 'User-Agent: Bun/1.3.0'),
      bun(CHAT, json, 'user-agent: ai/6.0.326 ai-sdk/provider-utils/4.0.65 runtime/bun/1.3.0'),
    ],
  },
  {
    client: 'Roo Code 3.52.1',
    evidence: 'run',
    head: 'library',
    heads: [
      nodeHttp(TAGS, 'Accept: application/json, text/plain, */*', 'User-Agent: axios/1.12.0'),
      nodeHttp(SHOW, 'Accept: application/json, text/plain, */*', JSON_TYPE, 'User-Agent: axios/1.12.0'),
      nodeFetch(CHAT, ...OLLAMA_JS),
      nodeFetch(CHAT, 'Authorization: Bearer a-key', ...OLLAMA_JS),
    ],
  },
  {
    client: 'Kilo Code 7.7.9',
    evidence: 'run',
    head: 'library',
    heads: [
      bun(
        V1_CHAT,
        json,
        'authorization: Bearer ollama',
        'x-title: Kilo Code',
        'user-agent: opencode-kilo/7.7.9',
      ),
    ],
  },
  {
    client: 'opencode 1.18.33',
    evidence: 'run',
    head: 'library',
    heads: [
      bun(
        V1_CHAT,
        json,
        'x-session-id: ses_6b2f',
        'user-agent: opencode/1.18.33 ai-sdk/provider-utils/4.0.65',
      ),
    ],
  },
  {
    client: 'Zed',
    evidence: 'read',
    head: 'library',
    heads: [
      hyper(TAGS),
      ...[SHOW, CHAT, GENERATE].map((line) => hyper(line, json, 'user-agent: Zed/0.212.0 (linux; x86_64)')),
    ],
  },
  {
    client: 'gptel',
    evidence: 'read',
    head: 'library',
    heads: [curl(CHAT, JSON_TYPE), curl(CHAT, JSON_TYPE, 'Authorization: Bearer a-key')],
  },
  {
    client: 'ellama, with llm.el',
    evidence: 'read',
    head: 'library',
    heads: [curl(TAGS), curl(CHAT, 'Content-Type: application/json; charset=utf-8')],
  },
  {
    client: 'codecompanion',
    evidence: 'read',
    head: 'library',
    heads: [curl(TAGS, json), curl(SHOW, json), curl(CHAT, JSON_TYPE, 'Authorization: Bearer a-key')],
  },
  {
    client: 'avante',
    evidence: 'read',
    head: 'library',
    heads: [
      curl(TAGS, JSON_TYPE, 'Accept: application/json'),
      curl(CHAT, JSON_TYPE, 'Accept: application/json'),
    ],
  },
  {
    client: 'Twinny',
    evidence: 'read',
    head: 'library',
    heads: [V1_CHAT, GENERATE].map((line) =>
      nodeFetch(line, JSON_TYPE, 'Authorization: Bearer ', 'accept: */*', 'user-agent: node'),
    ),
  },
  {
    client: 'llama-coder',
    evidence: 'read',
    head: 'library',
    heads: [
      nodeFetch(TAGS, 'accept: */*', 'user-agent: node'),
      nodeFetch(GENERATE, 'accept: */*', 'user-agent: node', 'content-type: text/plain;charset=UTF-8'),
    ],
  },
  {
    client: 'Koog, and ProxyAI with it',
    evidence: 'read',
    head: 'library',
    heads: [ktor(TAGS), ...[SHOW, CHAT].map((line) => ktor(line, JSON_TYPE)), java(CHAT, JSON_TYPE)],
  },
];
