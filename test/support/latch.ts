import type { Gate } from '../standin/server.js';

/** Holds an answer of the stand-in until a test opens it. */
export interface Latch {
  /** Settles when the latch is opened. */
  readonly opened: Gate;
  open(): void;
}

/** A closed latch. */
export function createLatch(): Latch {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
