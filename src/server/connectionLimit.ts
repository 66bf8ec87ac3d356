import type { Duplex } from 'node:stream';

/**
 * Limits the number of open connections. When the limit is exceeded, it closes the connection that has been idle for
 * longest, so that slow and idle connections do not keep new clients out.
 */
export interface ConnectionLimit {
  /** Adds a new connection. May close an idle connection, or the new one when all others are active. */
  add(socket: Duplex): void;
  /** A complete request has arrived: the connection is active until its reply is sent. */
  begin(socket: Duplex): void;
  /** A reply is sent. */
  end(socket: Duplex): void;
}

/** @param max open connections at the same time */
export function createConnectionLimit(max: number): ConnectionLimit {
  /** Open connections and their running requests. The most recently active one is last. */
  const open = new Map<Duplex, number>();
  return {
    add(socket) {
      open.set(socket, 0);
      socket.once('close', () => open.delete(socket));
      if (open.size <= max) return;
      for (const [candidate, requests] of open) {
        if (requests > 0) continue;
        open.delete(candidate);
        candidate.destroy();
        return;
      }
    },
    begin(socket) {
      const requests = open.get(socket);
      if (requests !== undefined) open.set(socket, requests + 1);
    },
    end(socket) {
      const requests = open.get(socket);
      if (requests === undefined) return;
      open.delete(socket);
      open.set(socket, requests - 1);
    },
  };
}
