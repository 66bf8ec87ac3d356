/** Waits for something that tells nobody when it happens, as a sign-in in a terminal does. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Milliseconds after which it is given up. */
  readonly limitMs: number;
}

/**
 * Looks again and again.
 * @param look starts or makes a look, and tells whether it has happened
 * @param signal ends the wait, after one more look
 * @returns whether it has happened
 */
export async function until(
  look: () => boolean,
  { everyMs, limitMs }: Patience,
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!look()) {
    if (signal.aborted || performance.now() > end) {
      await delay(everyMs);
      return look();
    }
    // An abort is a reason to look at once.
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return true;
}
