/** Sends the requests of a trace at their times, in real or in virtual time. */
import type { Trace } from './trace.js';

export interface Playing<R> {
  /** Settles after this many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** Sends the request with this index. Settles at the end of its answer, also when the client has disconnected. */
  readonly send: (index: number, signal: AbortSignal) => Promise<R>;
  /** When it ends: later requests are left out. Default: never. */
  readonly until?: { readonly ms: number; readonly now: () => number };
}

/** The outcomes in the order of the trace; `undefined` for requests that were left out. */
export async function playTrace<R>(trace: Trace, playing: Playing<R>): Promise<(R | undefined)[]> {
  const { wait, send, until = { ms: Infinity, now: () => 0 } } = playing;
  const outcomes: Promise<R | undefined>[] = [];

  async function play(index: number): Promise<R | undefined> {
    const { at, cancelledAfter } = trace.requests[index]!;
    if (typeof at === 'number') {
      if (at >= until.ms) return undefined;
      await wait(at);
    } else {
      const before = await outcomes[at.after];
      if (before === undefined) return undefined;
      await wait(at.pause);
    }
    if (until.now() >= until.ms) return undefined;
    const abort = new AbortController();
    if (cancelledAfter !== undefined) void wait(cancelledAfter).then(() => abort.abort()); // never rejects
    return send(index, abort.signal);
  }

  // A request that follows another one stands behind it in the trace.
  for (const index of trace.requests.keys()) outcomes.push(play(index));
  return Promise.all(outcomes);
}

/** Pauses up to this stay as they are: tool rounds, and requests that a client sends together. Milliseconds. */
const SHORT_MS = 1000;

/**
 * The same trace with shorter pauses between requests, and answers that are sent faster, so that about as many requests are
 * on their way at once as before.
 */
export function compress(trace: Trace, factor: number): Trace {
  const shorten = (pause: number): number => (pause <= SHORT_MS ? pause : Math.max(SHORT_MS, pause * factor));
  const times = [...new Set(trace.requests.flatMap(({ at }) => (typeof at === 'number' ? [at] : [])))];
  const shortened = new Map<number, number>();
  let before = { at: 0, shortenedTo: 0 };
  for (const at of times.sort((a, b) => a - b)) {
    before = { at, shortenedTo: before.shortenedTo + shorten(at - before.at) };
    shortened.set(at, before.shortenedTo);
  }
  const requests = trace.requests.map((request) => {
    const { at, streamMs } = request;
    const sentAt = typeof at === 'number' ? shortened.get(at)! : { ...at, pause: shorten(at.pause) };
    return { ...request, at: sentAt, streamMs: streamMs * factor };
  });
  return { ...trace, requests };
}
