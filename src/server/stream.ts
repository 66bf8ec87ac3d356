/** Writes answers that come as events. The one writer of streams. */
import type { ServerResponse } from 'node:http';
import type { ChatEvent } from '../core/chat.js';
import { asChatError, ChatError } from '../core/errors.js';
import { recordEvent } from '../core/chatObserver.js';
import type { StreamEncoder } from '../protocol/dialect.js';
import { BARE_JSON_TYPE, type Exchange, JSON_TYPE, noteFailure, send, sendFailure } from './exchange.js';

/**
 * The same events; fails with the signal's reason the moment it is aborted, even while the source is silent.
 * However the iteration ends, the source is told to stop.
 */
async function* abortable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let fail: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => fail?.(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await new Promise<IteratorResult<T>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that is stuck would hold the answer's end back. What it throws now concerns nobody.
    iterator.return?.().catch(() => undefined);
  }
}

/**
 * The events of an answer up to `done`, written down in the exchange's notes as they pass. The iteration goes on to the
 * source's own end, because leaving it early would stop the work behind it.
 */
async function* answerOf(
  exchange: Exchange,
  source: AsyncIterable<ChatEvent>,
): AsyncGenerator<ChatEvent, void, undefined> {
  const { notes } = exchange;
  let complete = false;
  for await (const event of abortable(source, exchange.signal)) {
    if (complete) continue;
    if (event.type === 'done') complete = true;
    const phase = recordEvent(notes, event, exchange.elapsedMs());
    if (phase !== undefined) exchange.reached(phase);
    yield event;
  }
  if (!complete) {
    throw new ChatError('internal', 'The answer stopped before its end. Please report it with the log.');
  }
}

/** Resolves when the client has read enough for more to be written; rejects with the signal's reason. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      response.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
    };
    const onDrain = (): void => {
      settle();
      resolve();
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason as ChatError);
    };
    if (signal.aborted) {
      reject(signal.reason as ChatError);
      return;
    }
    response.once('drain', onDrain);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Streams an answer. The 200 goes out with the first frame, so that an error before it keeps its status; an error
 * after it becomes the last frame. The source is asked for more only when the client has taken what there is. When the
 * source is silent for `heartbeatMs`, a heartbeat goes out, again and again.
 */
export async function streamAnswer(
  exchange: Exchange,
  source: AsyncIterable<ChatEvent>,
  encoder: StreamEncoder,
  heartbeatMs: number,
): Promise<void> {
  const { response, signal } = exchange;
  const write = (frame: string): boolean => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': encoder.contentType });
    return response.write(frame);
  };
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain && !response.writableEnded && !signal.aborted) write(encoder.heartbeat());
  }, heartbeatMs);
  try {
    for await (const event of answerOf(exchange, source)) {
      for (const frame of encoder.event(event)) {
        if (!write(frame)) await drained(response, signal);
      }
      heartbeat.refresh();
      if (event.type === 'done') response.end();
    }
  } catch (thrown) {
    // What fails behind a complete answer is not the client's concern.
    if (response.writableEnded) return;
    if (!response.headersSent) {
      sendFailure(exchange, thrown, BARE_JSON_TYPE);
      return;
    }
    const error = asChatError(thrown);
    noteFailure(exchange, error);
    response.end(encoder.failure(error));
  } finally {
    clearInterval(heartbeat);
  }
}

/** Sends an answer as one JSON text. An error keeps its status, whatever came before it. */
export async function wholeAnswer(
  exchange: Exchange,
  source: AsyncIterable<ChatEvent>,
  encode: (events: readonly ChatEvent[]) => string,
): Promise<void> {
  const { response } = exchange;
  const events: ChatEvent[] = [];
  try {
    for await (const event of answerOf(exchange, source)) {
      events.push(event);
      if (event.type === 'done') send(response, 200, JSON_TYPE, encode(events));
    }
  } catch (thrown) {
    if (!response.writableEnded) sendFailure(exchange, thrown);
  }
}
