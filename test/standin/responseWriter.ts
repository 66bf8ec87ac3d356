/** Writes a reply as the Messages API does: as server-sent events, or as one JSON object if the client does not stream. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { outputTokens } from './outputLimits.js';
import type { PromptUsage } from './promptCache.js';
import { deltasOf, fullText } from './reply.js';
import type { ApiUsage, Block, ErrorReply, Gate, MessageReply, Pace, Reply } from './reply.js';

const DEFAULT_PIECE_SIZE = 16;

/** An exchange to reply to. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly streaming: boolean;
  readonly model: string;
  /** The id of the message in the response. */
  readonly id: string;
  /** What the prompt costs, unless the reply says it. */
  readonly promptUsage: PromptUsage;
  /** Called when the response of a message begins. */
  readonly onBegin: () => void;
  /** Aborted at the end of the exchange. */
  readonly ended: AbortSignal;
  /** Closes the connection. */
  readonly disconnect: () => void;
}

type MessageLikeReply = Extract<Reply, { content: readonly Block[] }>;

/** Sends a reply. Resolves when all of it is sent, or when the client closes the connection. */
export async function sendReply(exchange: Exchange, reply: Reply): Promise<void> {
  try {
    if (reply.kind === 'hang') return;
    await pause(exchange, reply.delayMs, reply.before);
    if (reply.kind === 'error') return sendError(exchange.response, reply);
    exchange.onBegin();
    if (exchange.streaming) await sendEvents(exchange, reply);
    else await sendWhole(exchange, reply);
  } catch (error) {
    if (!exchange.ended.aborted && !isDisconnect(error)) throw error;
  }
}

/** Error codes of a write after the client has disconnected; the exchange ends a moment later. */
const DISCONNECTED = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

function isDisconnect(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DISCONNECTED.has(String(error.code));
}

/** An error response in the API's shape. */
export function sendError(response: ServerResponse, reply: Omit<ErrorReply, 'kind' | keyof Pace>): void {
  if (reply.page === undefined) {
    sendJson(response, reply.status, errorBody(reply.type, reply.message), reply.headers);
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'text/html', ...reply.headers });
  response.end(reply.page);
}

/** A response with a JSON body. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'request-id': 'req_standin',
    ...headers,
  });
  response.end(bytes);
}

async function sendEvents(exchange: Exchange, reply: MessageLikeReply): Promise<void> {
  const { response } = exchange;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': 'req_standin',
    ...(reply.kind === 'message' ? reply.headers : {}),
  });
  const usage = usageOf(exchange, reply);
  const start = { ...envelope(exchange, reply), content: [], usage: { ...usage, output_tokens: 1 } };
  await sendEvent(exchange, 'message_start', { message: start });
  await sendEvent(exchange, 'ping', {});
  const interruptedBlock = reply.kind === 'message' ? undefined : reply.content.length - 1;
  for (const [index, block] of reply.content.entries()) {
    await sendBlock(exchange, reply, block, index);
    if (index !== interruptedBlock) await sendEvent(exchange, 'content_block_stop', { index });
  }
  if (reply.kind === 'disconnect') return exchange.disconnect();
  if (reply.kind === 'midStreamError') {
    await sendEvent(exchange, 'error', errorBody(reply.type, reply.message));
  } else {
    const delta = { stop_reason: stopReasonOf(reply), stop_sequence: reply.stopSequence ?? null };
    await sendEvent(exchange, 'message_delta', { delta, usage });
    await sendEvent(exchange, 'message_stop', {});
  }
  response.end();
}

async function sendBlock(exchange: Exchange, pace: Pace, block: Block, index: number): Promise<void> {
  const { start, toDelta, streamed } = wireFormat(block);
  await sendEvent(exchange, 'content_block_start', { index, content_block: start });
  for (const piece of deltasOf(streamed, pace.pieceSize ?? DEFAULT_PIECE_SIZE)) {
    if (typeof piece !== 'string') {
      await pause(exchange, undefined, piece);
      continue;
    }
    await sendEvent(exchange, 'content_block_delta', { index, delta: toDelta(piece) });
    await pause(exchange, pace.deltaDelayMs, undefined);
  }
  if (block.type === 'thinking') {
    const delta = { type: 'signature_delta', signature: block.signature };
    await sendEvent(exchange, 'content_block_delta', { index, delta });
  }
}

function wireFormat(block: Block) {
  if (block.type === 'text') {
    const toDelta = (text: string): object => ({ type: 'text_delta', text });
    return { start: { type: 'text', text: '' }, streamed: block.text, toDelta };
  }
  if (block.type === 'thinking') {
    const toDelta = (thinking: string): object => ({ type: 'thinking_delta', thinking });
    return { start: { type: 'thinking', thinking: '', signature: '' }, streamed: block.thinking, toDelta };
  }
  const toDelta = (json: string): object => ({ type: 'input_json_delta', partial_json: json });
  const start = { type: 'tool_use', id: block.id, name: block.name, input: {} };
  return { start, streamed: block.input, toDelta };
}

async function sendWhole(exchange: Exchange, reply: MessageLikeReply): Promise<void> {
  for (const block of reply.content) {
    for (const piece of deltasOf(wireFormat(block).streamed, DEFAULT_PIECE_SIZE)) {
      if (typeof piece !== 'string') await pause(exchange, undefined, piece);
    }
  }
  if (reply.kind === 'disconnect') return exchange.disconnect();
  if (reply.kind === 'midStreamError') return sendError(exchange.response, { ...reply, status: 500 });
  sendJson(exchange.response, 200, {
    ...envelope(exchange, reply),
    content: reply.content.map(wholeBlock),
    stop_reason: stopReasonOf(reply),
    stop_sequence: reply.stopSequence ?? null,
    usage: usageOf(exchange, reply),
  });
}

function wholeBlock(block: Block): object {
  if (block.type === 'text') return { ...block, text: fullText(block.text) };
  if (block.type === 'thinking') return { ...block, thinking: fullText(block.thinking) };
  return { ...block, input: parsedInput(fullText(block.input)) };
}

/** The input of a tool call; empty if `max_tokens` has cut it. */
function parsedInput(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}

function envelope(exchange: Exchange, reply: MessageLikeReply) {
  const model = (reply.kind === 'message' ? reply.model : undefined) ?? exchange.model;
  return {
    id: exchange.id,
    type: 'message',
    role: 'assistant',
    model,
    stop_reason: null,
    stop_sequence: null,
  };
}

/** A reply that sets one count of the prompt sets them all. */
function usageOf({ promptUsage }: Exchange, reply: MessageLikeReply): ApiUsage {
  const { output_tokens: output, ...set } = (reply.kind === 'message' ? reply.usage : undefined) ?? {};
  const none = { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const prompt = Object.keys(set).length > 0 ? { ...none, ...set } : promptUsage;
  return { ...prompt, output_tokens: output ?? Math.max(1, outputTokens(reply.content)) };
}

function stopReasonOf(reply: MessageReply): string {
  return reply.stopReason ?? (reply.content.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn');
}

function errorBody(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_standin' };
}

/** Resolves when the event has been written to the socket. */
async function sendEvent(exchange: Exchange, type: string, fields: object): Promise<void> {
  const text = `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  await unlessEnded(exchange.ended, () => {
    return new Promise<void>((resolve, reject) => {
      exchange.response.write(text, (error) => (error ? reject(error) : resolve()));
    });
  });
}

async function pause(exchange: Exchange, ms: number | undefined, gate: Gate | undefined): Promise<void> {
  if (ms !== undefined && ms > 0) await delay(ms, undefined, { signal: exchange.ended });
  if (gate !== undefined) await unlessEnded(exchange.ended, () => gate);
}

/** Waits for `work`, but rejects as soon as the exchange ends. */
async function unlessEnded(ended: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  ended.throwIfAborted();
  let onEnd: () => void = () => undefined;
  const rejection = new Promise<never>((_, reject) => {
    onEnd = () => reject(new Error('the exchange has ended'));
    ended.addEventListener('abort', onEnd, { once: true });
  });
  try {
    await Promise.race([work(), rejection]);
  } finally {
    ended.removeEventListener('abort', onEnd);
  }
}
