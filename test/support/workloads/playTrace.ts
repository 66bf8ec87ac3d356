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

/** The same trace with shorter times between requests. Pauses of a second or less, as between tool rounds, stay. */
export function compress(trace: Trace, factor: number): Trace {
  const requests = trace.requests.map((request) => {
    const { at } = request;
    if (typeof at === 'number') return { ...request, at: at * factor };
    const pause = at.pause <= 1000 ? at.pause : Math.max(1000, at.pause * factor);
    return { ...request, at: { ...at, pause } };
  });
  return { ...trace, requests };
}
