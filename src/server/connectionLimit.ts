import type { Duplex } from 'node:stream';

/**
 * The open connections, within a bound. One too many does not keep new clients out: it costs the connection that has
 * been of no use for longest, which is what slow and idle ones are.
 */
export interface ConnectionLimit {
  /** A new one. May close another, or this one when all others are at work. */
  add(socket: Duplex): void;
  /** A whole request has come: the connection stays until its answer is out. */
  begin(socket: Duplex): void;
  end(socket: Duplex): void;
}

/** @param most open at once */
export function createConnectionLimit(most: number): ConnectionLimit {
  /** Answers under way; the connection that was at work last is last. */
  const open = new Map<Duplex, number>();
  return {
    add(socket) {
      open.set(socket, 0);
      socket.once('close', () => open.delete(socket));
      if (open.size <= most) return;
      for (const [candidate, answers] of open) {
        if (answers > 0) continue;
        open.delete(candidate);
        candidate.destroy();
        return;
      }
    },
    begin(socket) {
      const answers = open.get(socket);
      if (answers !== undefined) open.set(socket, answers + 1);
    },
    end(socket) {
      const answers = open.get(socket);
      if (answers === undefined) return;
      open.delete(socket);
      open.set(socket, answers - 1);
    },
  };
}
