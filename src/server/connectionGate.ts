/**
 * Finds out whose a connection is before anything of it is parsed. Requests of a refused connection therefore cost
 * almost nothing, however many it sends: they are read and discarded.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { closeGently } from './gentleClose.js';

/** Connections whose user is being looked up. Each holds at most one buffer of the stream, 64 KiB. */
const MAX_WAITING = 512;
/** Refused connections that are still open, so that their clients can read the reply. */
const MAX_REFUSED = 32;
/** What a refused client may send, so that it can read the reply: one that is still sending reads nothing. Bytes. */
const MAX_DISCARDED = 8 * 1024 * 1024;

export interface ConnectionGateOptions {
  /** `true` to accept every connection without a look-up. Read for each connection. */
  readonly acceptsAll: () => boolean;
  /** Whether a connection is accepted. If it fails, the connection is accepted, and its requests are refused. */
  readonly isAccepted: (socket: Socket) => boolean | Promise<boolean>;
  /** The complete response that a refused connection gets, whatever it asks for. */
  readonly refusal: string;
  readonly onRefused: () => void;
}

/** Keeps at most `max` sockets and closes the oldest beyond. A closed socket is removed. */
function boundedSockets(max: number): Set<Socket> & { enter(socket: Socket): void } {
  const sockets = new Set<Socket>();
  return Object.assign(sockets, {
    enter(socket: Socket) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      const [oldest] = sockets;
      if (sockets.size > max && oldest !== undefined) {
        sockets.delete(oldest);
        oldest.destroy();
      }
    },
  });
}

/** Puts the gate in front of a server that has all its listeners and does not listen yet. */
export function gateConnections(server: Server, options: ConnectionGateOptions): void {
  const { acceptsAll, isAccepted, refusal, onRefused } = options;
  const waiting = boundedSockets(MAX_WAITING);
  const refused = boundedSockets(MAX_REFUSED);
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');

  const accept = (socket: Socket): void => {
    waiting.delete(socket);
    // Without a listener for data, nothing was read from the socket but its first buffer, which is emitted now.
    if (!socket.destroyed) for (const listener of listeners) listener.call(server, socket);
  };
  const refuse = (socket: Socket): void => {
    waiting.delete(socket);
    if (socket.destroyed) return;
    onRefused();
    refused.enter(socket);
    closeGently(socket, refusal);
    let discarded = 0;
    socket.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > MAX_DISCARDED) socket.destroy();
    });
  };

  function verdictOn(socket: Socket): boolean | Promise<boolean> {
    try {
      return acceptsAll() || isAccepted(socket);
    } catch {
      // The settings cannot be read. Each request gets an error that says so.
      return true;
    }
  }

  server.on('connection', (socket: Socket) => {
    const accepted = verdictOn(socket);
    if (accepted === true) {
      accept(socket);
      return;
    }
    socket.on('error', () => undefined);
    waiting.enter(socket);
    Promise.resolve(accepted).then(
      (isOwn) => (isOwn ? accept(socket) : refuse(socket)),
      () => accept(socket),
    );
  });
}
