/** Requests that arrive at HTTP servers of this process, as Node's diagnostics channel reports them: none is missed. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Arrival {
  /** Counts from 1, like the endpoint's request numbers. */
  readonly number: number;
  /** The attack that the URL names. */
  readonly attack: string;
  readonly method: string;
  readonly path: string;
  /** Resolves when the response is sent or its connection is closed. */
  readonly closed: Promise<void>;
}

export interface Arrivals {
  readonly all: readonly Arrival[];
  /** The attacks that arrived, including those of which only the preflight request arrived. */
  attacks(): ReadonlySet<string>;
  /** Removes all arrivals; numbers continue. */
  clear(): void;
  stop(): void;
}

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const CHANNEL = 'http.server.request.start';

/** Records requests to the server on that port, from now on. */
export function watchArrivals(port: number): Arrivals {
  const all: Arrival[] = [];
  let count = 0;
  const onStart = (message: unknown): void => {
    const { request, response } = message as RequestStart;
    if (request.socket.localPort !== port) return;
    count += 1;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    all.push({
      number: count,
      attack: searchParams.get('v') ?? '',
      method: request.method ?? '',
      path: pathname,
      closed: new Promise((resolve) => response.once('close', resolve)),
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
