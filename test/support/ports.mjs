import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that no program uses now. Another program may take it before the caller does.
 * @returns {Promise<number>}
 */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Whether a program accepts connections on this port of 127.0.0.1.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function isOpen(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
