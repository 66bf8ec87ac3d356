/** What arrives at the HTTP servers of this process, as Node itself reports it: nothing can slip past. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Arrival {
  /** Counts from 1 for each port, as the endpoint's own numbers do. */
  readonly number: number;
  /** The attack that the address names. */
  readonly attack: string;
  readonly method: string;
  readonly path: string;
  /** Resolves when the answer is out or its connection gone. */
  readonly over: Promise<void>;
}

export interface Arrivals {
  readonly all: readonly Arrival[];
  /** The attacks that arrived in any form, a preflight included. */
  attacks(): ReadonlySet<string>;
  /** Forgets what has arrived; the numbers go on. */
  clear(): void;
  stop(): void;
}

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const CHANNEL = 'http.server.request.start';

/** Watches the server on that port from now on. */
export function watchArrivals(port: number): Arrivals {
  const all: Arrival[] = [];
  let count = 0;
  const onStart = (message: unknown): void => {
    const { request, response } = message as Started;
    if (request.socket.localPort !== port) return;
    count += 1;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    all.push({
      number: count,
      attack: searchParams.get('v') ?? '',
      method: request.method ?? '',
      path: pathname,
      over: new Promise((resolve) => response.once('close', resolve)),
    });
  };
  subscribe(CHANNEL, onStart);
  return {
    all,
    attacks: () => new Set(all.map(({ attack }) => attack).filter((attack) => attack !== '')),
    clear: () => void all.splice(0),
    stop: () => void unsubscribe(CHANNEL, onStart),
  };
}
