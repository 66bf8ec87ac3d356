/** Closes connections so that the client gets the whole reply, also while it still sends. */
import type { Socket } from 'node:net';

/** How long a client may go on sending after the reply that ends its connection. */
const LINGER_MS = 500;

/**
 * Ends the server's side of a connection, and the connection itself when the client has ended its side or after half a second. A
 * connection that is closed while data arrives is reset, and the client's system then drops what the client has not read
 * (RFC 9112, section 9.6). What arrives is for the caller to discard.
 * @param reply is sent first
 */
export function closeGently(socket: Socket, reply = ''): void {
  if (socket.destroyed) return;
  socket.end(reply);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
