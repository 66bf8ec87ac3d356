/** Writes a reply as the Messages API does: server-sent events, or one JSON object when the client asked for that. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { deltasOf, wholeOf } from './reply.js';
import type { ApiUsage, Block, ErrorReply, Gate, MessageReply, Pace, Reply } from './reply.js';

const DEFAULT_PIECE_SIZE = 16;

/** Token counts of a reply that names none. */
export const DEFAULT_USAGE: ApiUsage = {
  input_tokens: 12,
  output_tokens: 34,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};

/** One exchange that is to be answered. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly streaming: boolean;
  readonly model: string;
  /** The message's id on the wire. */
  readonly id: string;
  /** Aborts when the exchange is over, whoever ended it. */
  readonly over: AbortSignal;
  /** Destroys the socket. */
  readonly cut: () => void;
}

type Content = Extract<Reply, { content: readonly Block[] }>;

/** Answers; returns when everything is sent, or at once when the client has gone. */
export async function sendReply(exchange: Exchange, reply: Reply): Promise<void> {
  try {
    if (reply.kind === 'hang') return;
    await pause(exchange, reply.delayMs, reply.before);
    if (reply.kind === 'error') return sendError(exchange.response, reply);
    if (exchange.streaming) await sendEvents(exchange, reply);
    else await sendWhole(exchange, reply);
  } catch (error) {
    if (!exchange.over.aborted && !isGone(error)) throw error;
  }
}

/** How a write ends whose reader has gone; the exchange hears of that a moment later. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && GONE.has(String(error.code));
}

/** An error response in the API's shape. */
export function sendError(response: ServerResponse, reply: Omit<ErrorReply, 'kind' | keyof Pace>): void {
  sendJson(response, reply.status, errorBody(reply.type, reply.message), reply.headers);
}

/** One JSON object with its status. */
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

async function sendEvents(exchange: Exchange, reply: Content): Promise<void> {
  const { response } = exchange;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': 'req_standin',
    ...(reply.kind === 'message' ? reply.headers : {}),
  });
  const usage = usageOf(reply);
  const head = { ...envelope(exchange, reply), content: [], usage: { ...usage, output_tokens: 1 } };
  await sendEvent(exchange, 'message_start', { message: head });
  await sendEvent(exchange, 'ping', {});
  const broken = reply.kind === 'message' ? undefined : reply.content.length - 1;
  for (const [index, block] of reply.content.entries()) {
    await sendBlock(exchange, reply, block, index);
    if (index !== broken) await sendEvent(exchange, 'content_block_stop', { index });
  }
  if (reply.kind === 'cut') return exchange.cut();
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
  const { start, wrap, streamed } = shapeOf(block);
  await sendEvent(exchange, 'content_block_start', { index, content_block: start });
  for (const piece of deltasOf(streamed, pace.pieceSize ?? DEFAULT_PIECE_SIZE)) {
    if (typeof piece !== 'string') {
      await pause(exchange, undefined, piece);
      continue;
    }
    await sendEvent(exchange, 'content_block_delta', { index, delta: wrap(piece) });
    await pause(exchange, pace.deltaDelayMs, undefined);
  }
  if (block.type === 'thinking') {
    const delta = { type: 'signature_delta', signature: block.signature };
    await sendEvent(exchange, 'content_block_delta', { index, delta });
  }
}

function shapeOf(block: Block) {
  if (block.type === 'text') {
    const wrap = (text: string): object => ({ type: 'text_delta', text });
    return { start: { type: 'text', text: '' }, streamed: block.text, wrap };
  }
  if (block.type === 'thinking') {
    const wrap = (thinking: string): object => ({ type: 'thinking_delta', thinking });
    return { start: { type: 'thinking', thinking: '', signature: '' }, streamed: block.thinking, wrap };
  }
  const wrap = (json: string): object => ({ type: 'input_json_delta', partial_json: json });
  const start = { type: 'tool_use', id: block.id, name: block.name, input: {} };
  return { start, streamed: block.input, wrap };
}

async function sendWhole(exchange: Exchange, reply: Content): Promise<void> {
  for (const block of reply.content) {
    for (const piece of deltasOf(shapeOf(block).streamed, DEFAULT_PIECE_SIZE)) {
      if (typeof piece !== 'string') await pause(exchange, undefined, piece);
    }
  }
  if (reply.kind === 'cut') return exchange.cut();
  if (reply.kind === 'midStreamError') return sendError(exchange.response, { ...reply, status: 500 });
  sendJson(exchange.response, 200, {
    ...envelope(exchange, reply),
    content: reply.content.map(wholeBlock),
    stop_reason: stopReasonOf(reply),
    stop_sequence: reply.stopSequence ?? null,
    usage: usageOf(reply),
  });
}

function wholeBlock(block: Block): object {
  if (block.type === 'text') return { ...block, text: wholeOf(block.text) };
  if (block.type === 'thinking') return { ...block, thinking: wholeOf(block.thinking) };
  return { ...block, input: JSON.parse(wholeOf(block.input)) as unknown };
}

function envelope(exchange: Exchange, reply: Content) {
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

function usageOf(reply: Content): ApiUsage {
  return { ...DEFAULT_USAGE, ...(reply.kind === 'message' ? reply.usage : {}) };
}

function stopReasonOf(reply: MessageReply): string {
  return reply.stopReason ?? (reply.content.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn');
}

function errorBody(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_standin' };
}

/** Returns when the event has left this process. */
async function sendEvent(exchange: Exchange, type: string, fields: object): Promise<void> {
  const text = `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  await unlessOver(exchange.over, () => {
    return new Promise<void>((resolve, reject) => {
      exchange.response.write(text, (error) => (error ? reject(error) : resolve()));
    });
  });
}

async function pause(exchange: Exchange, ms: number | undefined, gate: Gate | undefined): Promise<void> {
  if (ms !== undefined && ms > 0) await delay(ms, undefined, { signal: exchange.over });
  if (gate !== undefined) await unlessOver(exchange.over, () => gate);
}

/** Waits for `work`, but rejects as soon as the exchange is over. */
async function unlessOver(over: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  over.throwIfAborted();
  let stop: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('the exchange is over'));
    over.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([work(), ended]);
  } finally {
    over.removeEventListener('abort', stop);
  }
}
