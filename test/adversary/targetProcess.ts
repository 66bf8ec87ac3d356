/** The process of `startTarget`. Sends its port at the start, and a report on each message. */
import { createEndpoint } from '../../src/server/server.js';
import { createFakeBackend } from '../support/fakeBackend.js';
import type { Report } from './target.js';

/** The status in the record of a request whose client has disconnected. */
const CLIENT_CLOSED_REQUEST = 499;

const errors: string[] = [];
let requests = 0;
let chats = 0;
let refusedChats = 0;
const backend = createFakeBackend();
const ignore = (): void => undefined;
const endpoint = createEndpoint({
  backend: () => backend,
  settings: () => ({
    names: { defaultModel: '', unknown: 'default', aliases: {} },
    lanes: ['chat'],
    allowedHosts: [],
    allowedOrigins: [],
    token: undefined,
    allowOtherUsers: false,
  }),
  log: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: (line) => void errors.push(line) },
  identity: 'claude-ollama-server/9.9.9',
  onRequest: ({ chat, status }) => {
    requests += 1;
    if (chat) chats += 1;
    if (chat && status !== 200 && status !== CLIENT_CLOSED_REQUEST) refusedChats += 1;
    (backend.requests as unknown[]).length = 0;
  },
});

process.on('message', () => {
  globalThis.gc?.();
  const report: Report = { requests, chats, refusedChats, errors, residentBytes: process.memoryUsage().rss };
  process.send?.(report);
});
const { port } = await endpoint.start('127.0.0.1', 0);
process.send?.({ port });
