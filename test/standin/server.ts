/**
 * The stand-in Messages API: a local HTTP server that plays the model behind the real Claude CLI. It is strict: it refuses
 * what the API refuses (`apiRules.ts`), and `close()` rejects after any request that the test did not expect.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiRefusal } from './apiRules.js';
import { limitReply } from './outputLimits.js';
import { createPromptCache } from './promptCache.js';
import { createReplyQueue } from './replyQueue.js';
import type { Reply } from './reply.js';
import { readBody, watchExchange } from './request.js';
import type { MessagesBody, StandInRequest } from './request.js';
import { sendError, sendJson, sendReply } from './responseWriter.js';
import { partTokens } from './tokens.js';

export * from './reply.js';
export type { ApiBlock, ApiMessage, ExchangeEnd, MessagesBody, StandInRequest } from './request.js';
export { systemOf, textOf } from './request.js';

export interface StandInOptions {
  /** Default: 0, which lets the system choose a free port. */
  readonly port?: number;
  /** Replies to requests when the queue is empty. `undefined` makes the request an unexpected one. */
  readonly respond?: (request: StandInRequest) => Reply | undefined;
  /** The time of the prompt cache in milliseconds. Default: the time since this process started. */
  readonly clock?: () => number;
}

export interface StandIn {
  /** `http://127.0.0.1:PORT`, for `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  readonly port: number;
  /** Every messages request so far, in order of arrival. */
  readonly requests: readonly StandInRequest[];
  /** The unexpected requests, those that the API would refuse included: `METHOD path: reason`. */
  readonly unexpected: readonly string[];
  /** Other calls of the CLI that do not affect answers: `METHOD path`. */
  readonly sideCalls: readonly string[];
  /** Queues replies. Each one answers one messages request, in order. */
  reply(...replies: readonly Reply[]): void;
  /** Number of replies that no request has taken yet. */
  readonly queued: number;
  /** The next messages request that this method has not returned yet; waits for it if necessary. */
  nextRequest(): Promise<StandInRequest>;
  /**
   * Closes all connections and stops listening.
   * @throws Error if there was an unexpected request or replies are left in the queue, unless `lenient`
   */
  close(options?: { readonly lenient?: boolean }): Promise<void>;
}

/** Other calls of the CLI that do not affect answers. */
const SIDE_CALLS: readonly RegExp[] = [
  /^HEAD \/$/,
  /^(HEAD|GET) \/api\/hello$/,
  /^(GET|POST) \/api\/(claude_code|claude_cli|eval|oauth|event_logging|organizations)\//,
  /^GET \/api\/(claude_code_|directory\/)/,
  /^(GET|HEAD) \/v1\/models(\/|$)/,
];

/** Starts the stand-in on 127.0.0.1. Resolves when it is listening. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const requests: StandInRequest[] = [];
  const unexpected: string[] = [];
  const sideCalls: string[] = [];
  const queue = createReplyQueue();
  const cache = createPromptCache(options.clock ?? (() => performance.now()));
  const waiting: ((request: StandInRequest) => void)[] = [];
  let returned = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const watch = watchExchange(response);
    const path = request.url ?? '/';
    const call = `${request.method} ${path.replace(/\?.*$/, '')}`;
    const raw = await readBody(request);
    if (call === 'POST /v1/messages/count_tokens') {
      sideCalls.push(call);
      sendJson(response, 200, { input_tokens: partTokens(JSON.parse(raw)) });
      return;
    }
    if (call !== 'POST /v1/messages') {
      if (SIDE_CALLS.some((known) => known.test(call))) sideCalls.push(call);
      else unexpected.push(`${call}: unknown path`);
      sendError(response, { status: 404, type: 'not_found_error', message: 'Not found' });
      return;
    }
    const body = parseBody(raw);
    if (body === undefined) {
      refuse(response, `${call}: not a messages body`);
      return;
    }
    const number = requests.length + 1;
    const { headers } = request;
    const refusal = apiRefusal(body);
    const { usage: promptUsage, store } = cache.price(body);
    const { closed } = watch;
    const record: StandInRequest = { number, path, headers, body, raw, arrivedAt, promptUsage, closed };
    requests.push(record);
    waiting.shift()?.(record);
    if (refusal !== undefined) {
      unexpected.push(`${call}: request ${number} would be refused by the API: ${refusal}`);
      sendError(response, { status: 400, type: 'invalid_request_error', message: refusal });
      return;
    }
    const reply = queue.take() ?? options.respond?.(record);
    if (reply === undefined) {
      refuse(response, `${call}: request ${number} has no reply queued`);
      return;
    }
    const id = `msg_standin${String(number).padStart(16, '0')}`;
    const streaming = body.stream === true;
    await sendReply(
      { response, streaming, model: body.model, id, promptUsage, onBegin: store, ...watch },
      reply.kind === 'message' ? limitReply(reply, body) : reply,
    );
  }

  function refuse(response: ServerResponse, reason: string): void {
    unexpected.push(reason);
    sendError(response, { status: 400, type: 'invalid_request_error', message: `Stand-in: ${reason}` });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client may disconnect while it sends its body. Every other error is a defect and must fail the test.
      if (!request.complete) return;
      unexpected.push(`${request.method} ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });
  // The CLI keeps idle connections: a timeout here could close one just when the CLI uses it again.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    unexpected,
    sideCalls,
    reply: (...replies) => queue.push(replies),
    get queued() {
      return queue.unused;
    },
    nextRequest() {
      const request = requests[returned];
      returned += 1;
      if (request !== undefined) return Promise.resolve(request);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async close({ lenient = false } = {}) {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (lenient) return;
      const problems = [...unexpected];
      if (queue.unused > 0) problems.push(`${queue.unused} queued replies were not used`);
      if (problems.length > 0) throw new Error(`Stand-in Messages API: ${problems.join('; ')}`);
    },
  };
}

function parseBody(raw: string): MessagesBody | undefined {
  try {
    const body = JSON.parse(raw) as Partial<MessagesBody> | null;
    const isValid = typeof body?.model === 'string' && Array.isArray(body.messages);
    return isValid ? (body as MessagesBody) : undefined;
  } catch {
    return undefined;
  }
}
