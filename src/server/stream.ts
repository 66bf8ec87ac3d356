/** Writes the events of a reply to the response, as a stream or as one JSON text. */
import type { ServerResponse } from 'node:http';
import type { ChatEvent } from '../core/chat.js';
import { asChatError, ChatError } from '../core/errors.js';
import type { ReplyEvent, StreamEncoder } from '../protocol/dialect.js';
import { BARE_JSON_TYPE, type Exchange, JSON_TYPE, noteFailure, send, sendFailure } from './exchange.js';

/**
 * Yields the same events, but throws the signal's reason as soon as it is aborted, even while the source is silent.
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
    // Intentionally not awaited: a source that hangs would delay the end of the reply. Its errors no longer matter.
    iterator.return?.().catch(() => undefined);
  }
}

/**
 * Yields the events of a chat up to `done`. It then iterates to the end of the source, because leaving early would
 * stop work that the backend still does after `done`.
 * @param onEvent called with each event before it is yielded
 * @throws ChatError the signal's reason when it is aborted; `internal` when the source ends without `done`
 */
export async function* replyEvents(
  source: AsyncIterable<ChatEvent>,
  signal: AbortSignal,
  onEvent: (event: ChatEvent) => void,
): AsyncGenerator<ChatEvent, void, undefined> {
  let complete = false;
  for await (const event of abortable(source, signal)) {
    if (complete) continue;
    if (event.type === 'done') complete = true;
    onEvent(event);
    yield event;
  }
  if (!complete) {
    throw new ChatError(
      'internal',
      'The reply ended before it was complete. Please report this with the log.',
    );
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

/** When the failed request to the API will be repeated, by `performance.now()`; 0 if it has not failed. */
export interface PendingRetry {
  at: number;
}

/** The events of a reply, and how many of its choices must end before it is complete. */
export interface ReplySource {
  /** From `answerChoices`. */
  readonly events: AsyncIterable<ReplyEvent>;
  /** At least one. */
  readonly choices: number;
}

/** Returns a function that tells whether an event completes the reply. Pass it all events in order. */
function completionTest({ choices }: ReplySource): (event: ReplyEvent) => boolean {
  let running = choices;
  return (event) => {
    if (event.type === 'done') running -= 1;
    return event.type === 'done' && running === 0;
  };
}

export interface StreamOptions {
  readonly source: ReplySource;
  readonly encoder: StreamEncoder;
  /** Milliseconds of silence after which a heartbeat is sent, repeatedly. */
  readonly heartbeatMs: number;
  /**
   * Before the first frame, the silence counts from the repeated request on: its error must have a status of its own, and
   * a heartbeat would send the status 200.
   */
  readonly retry: Readonly<PendingRetry>;
}

/**
 * Streams a reply. The status 200 is sent with the first frame, so that an error before it has its own status; a later
 * error becomes the last frame. The next event is requested only when the client has read enough of the previous ones.
 */
export async function streamReply(
  exchange: Exchange,
  { source, encoder, heartbeatMs, retry }: StreamOptions,
): Promise<void> {
  const { response, signal } = exchange;
  const write = (frame: string): boolean => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': encoder.contentType });
    return response.write(frame);
  };
  const completes = completionTest(source);
  let heartbeat: NodeJS.Timeout;
  const beat = (): void => {
    const waitMs = response.headersSent ? 0 : retry.at + heartbeatMs - performance.now();
    heartbeat = setTimeout(beat, waitMs > 0 ? waitMs : heartbeatMs);
    if (waitMs > 0 || response.writableNeedDrain || response.writableEnded || signal.aborted) return;
    write(encoder.heartbeat());
  };
  heartbeat = setTimeout(beat, heartbeatMs);
  try {
    for await (const event of source.events) {
      for (const frame of encoder.event(event)) {
        if (!write(frame)) await drained(response, signal);
      }
      clearTimeout(heartbeat);
      heartbeat = setTimeout(beat, heartbeatMs);
      if (completes(event)) response.end();
    }
  } catch (thrown) {
    // The client has its complete reply; a failure after that does not concern it.
    if (response.writableEnded) return;
    if (!response.headersSent) {
      sendFailure(exchange, thrown, BARE_JSON_TYPE);
      return;
    }
    const error = asChatError(thrown);
    noteFailure(exchange, error);
    response.end(encoder.failure(error));
  } finally {
    clearTimeout(heartbeat);
  }
}

export interface WholeReplyOptions {
  readonly source: ReplySource;
  /** Turns all events of the reply into the JSON body. */
  readonly encode: (events: readonly ReplyEvent[]) => string | Promise<string>;
}

/** Sends a reply as one JSON text. An error always has its own status. */
export async function sendWholeReply(
  exchange: Exchange,
  { source, encode }: WholeReplyOptions,
): Promise<void> {
  const { response } = exchange;
  const completes = completionTest(source);
  const received: ReplyEvent[] = [];
  try {
    for await (const event of source.events) {
      received.push(event);
      if (completes(event)) send(response, 200, JSON_TYPE, await encode(received));
    }
  } catch (thrown) {
    if (!response.writableEnded) sendFailure(exchange, thrown);
  }
}
