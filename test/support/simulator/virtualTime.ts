/** Time that passes only when nothing is left to do: hours of timers run in milliseconds. */

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly every: number | undefined;
}

/** No simulation lasts longer: one that does waits for something that never happens. */
const LIMIT_MS = 48 * 60 * 60_000;

/** What the replaced timer functions return. */
class Handle {
  unref(): this {
    return this;
  }
}

export interface VirtualTime {
  /** Milliseconds since the start. */
  readonly now: () => number;
  /** Settles after this many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Runs `action` with `setTimeout` and `setInterval` in virtual time. `action` may wait for timers and promises only, never for
 * the system. Settles as `action` does.
 * @throws Error if `action` waits for something that never happens
 */
export async function withVirtualTime<T>(action: (time: VirtualTime) => Promise<T>): Promise<T> {
  const real = { ...pick(globalThis) };
  const timers = new Map<unknown, Timer>();
  let now = 0;
  let order = 0;
  const add = (run: () => void, ms: number, every?: number): Handle => {
    const handle = new Handle();
    timers.set(handle, { at: now + Math.max(0, ms), order: order++, run, every });
    return handle;
  };
  const remove = (handle: unknown): void => void timers.delete(handle);
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms = 0) => add(run, ms),
    setInterval: (run: () => void, ms = 0) => add(run, ms, ms),
    clearTimeout: remove,
    clearInterval: remove,
  });
  /** Runs the next timer. @returns false if there is none */
  const step = (): boolean => {
    let next: [unknown, Timer] | undefined;
    for (const entry of timers) {
      const [, timer] = entry;
      if (
        next === undefined ||
        timer.at < next[1].at ||
        (timer.at === next[1].at && timer.order < next[1].order)
      )
        next = entry;
    }
    if (next === undefined) return false;
    const [handle, timer] = next;
    now = timer.at;
    if (timer.every === undefined) timers.delete(handle);
    else timers.set(handle, { ...timer, at: now + timer.every, order: order++ });
    timer.run();
    return true;
  };
  try {
    let isDone = false;
    const wait = (ms: number): Promise<void> => new Promise((resolve) => void add(resolve, ms));
    const result = action({ now: () => now, wait }).finally(() => (isDone = true));
    result.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone) return await result;
      if (now > LIMIT_MS || !step()) throw new Error('the simulation waits for something that never happens');
    }
  } finally {
    Object.assign(globalThis, real);
  }
}

function pick({ setTimeout, setInterval, clearTimeout, clearInterval }: typeof globalThis) {
  return { setTimeout, setInterval, clearTimeout, clearInterval };
}
