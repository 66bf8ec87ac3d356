/** Holds an answer where it is until a test has looked at it. */
import type { Gate } from '../standin/server.js';

export interface OpenableGate {
  readonly closed: Gate;
  open(): void;
}

export function gate(): OpenableGate {
  let open = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}
