/**
 * The stand-in Messages API: a local fake of the model behind the real Claude CLI. It is strict: whatever a test did not
 * expect makes `close()` reject.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReplyQueue } from './replyQueue.js';
import type { Reply } from './reply.js';
import { readBody, watchClosing } from './request.js';
import type { MessagesBody, StandInRequest } from './request.js';
import { sendError, sendJson, sendReply } from './responseWriter.js';

export * from './reply.js';
export type { ApiBlock, ApiMessage, Closing, MessagesBody, StandInRequest } from './request.js';
export { systemOf, textOf } from './request.js';

export interface StandInOptions {
  /** 0, the default, lets the system pick one. */
  readonly port?: number;
  /** Answers what the queue has no reply for. `undefined` makes the request an unexpected one. */
  readonly respond?: (request: StandInRequest) => Reply | undefined;
}

export interface StandIn {
  /** `http://127.0.0.1:PORT`, for `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  readonly port: number;
  /** Every messages request so far, in order of arrival. */
  readonly requests: readonly StandInRequest[];
  /** What nobody expected: `METHOD path: why`. */
  readonly unexpected: readonly string[];
  /** The harmless other calls of the CLI: `METHOD path`. */
  readonly sideCalls: readonly string[];
  /** Queues replies; each answers one messages request, the oldest first. */
  reply(...replies: readonly Reply[]): void;
  /** Replies that no request has taken yet. */
  readonly queued: number;
  /** The oldest messages request that this method has not returned yet; waits for one when there is none. */
  nextRequest(): Promise<StandInRequest>;
  /**
   * Ends all connections and stops listening.
   * @throws Error when something unexpected happened or queued replies are left, unless `lenient`
   */
  close(options?: { readonly lenient?: boolean }): Promise<void>;
}

/** What the CLI asks for besides messages; none of it decides about an answer. */
const SIDE_CALLS: readonly RegExp[] = [
  /^HEAD \/$/,
  /^(HEAD|GET) \/api\/hello$/,
  /^(GET|POST) \/api\/(claude_code|claude_cli|eval|oauth|event_logging|organizations)\//,
  /^GET \/api\/claude_code_/,
  /^(GET|HEAD) \/v1\/models(\/|$)/,
];

/** Starts the stand-in on 127.0.0.1; resolves when it listens. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const requests: StandInRequest[] = [];
  const unexpected: string[] = [];
  const sideCalls: string[] = [];
  const queue = createReplyQueue();
  const waiting: ((request: StandInRequest) => void)[] = [];
  let taken = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const watch = watchClosing(response);
    const path = request.url ?? '/';
    const call = `${request.method} ${path.replace(/\?.*$/, '')}`;
    const raw = await readBody(request);
    if (call === 'POST /v1/messages/count_tokens') {
      sideCalls.push(call);
      sendJson(response, 200, { input_tokens: Math.ceil(raw.length / 4) });
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
    const record: StandInRequest = { number, path, headers, body, raw, arrivedAt, closed: watch.closed };
    requests.push(record);
    waiting.shift()?.(record);
    const reply = queue.take() ?? options.respond?.(record);
    if (reply === undefined) {
      refuse(response, `${call}: request ${number} has no reply queued`);
      return;
    }
    const id = `msg_standin${String(number).padStart(16, '0')}`;
    const streaming = body.stream === true;
    await sendReply({ response, streaming, model: body.model, id, over: watch.over, cut: watch.cut }, reply);
  }

  function refuse(response: ServerResponse, why: string): void {
    unexpected.push(why);
    sendError(response, { status: 400, type: 'invalid_request_error', message: `Stand-in: ${why}` });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client that leaves in mid-body is no defect; everything else is one, and must fail the test.
      if (!request.complete) return;
      unexpected.push(`${request.method} ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });
  // The CLI keeps idle connections; a time limit here would cut one just as the CLI uses it.
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
      const request = requests[taken];
      taken += 1;
      if (request !== undefined) return Promise.resolve(request);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async close({ lenient = false } = {}) {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (lenient) return;
      const complaints = [...unexpected];
      if (queue.unused > 0) complaints.push(`${queue.unused} queued replies were never asked for`);
      if (complaints.length > 0) throw new Error(`Stand-in Messages API: ${complaints.join('; ')}`);
    },
  };
}

function parseBody(raw: string): MessagesBody | undefined {
  try {
    const body = JSON.parse(raw) as Partial<MessagesBody> | null;
    const sound = typeof body?.model === 'string' && Array.isArray(body.messages);
    return sound ? (body as MessagesBody) : undefined;
  } catch {
    return undefined;
  }
}
