import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Aborting it ends the wait after one more check. */
  readonly signal: AbortSignal;
}

/**
 * Calls `isDone` at an interval, for events that have no notification, such as a sign-in in a terminal.
 * @param isDone may also start an asynchronous check, whose result the next call returns
 * @returns whether `isDone` returned `true` in time
 */
export async function pollUntil(
  isDone: () => boolean,
  { intervalMs, timeoutMs, signal }: PollOptions,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!isDone()) {
    if (signal.aborted || performance.now() > end) {
      await delay(intervalMs);
      return isDone();
    }
    // When the signal aborts, the next check follows at once.
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
  return true;
}
