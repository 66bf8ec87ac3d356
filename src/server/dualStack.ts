/** Opens and closes the sockets that one endpoint listens on. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from '../core/log.js';
import { type BindAddress, listen, type ListenAddress, ListenError } from './listen.js';

/** Several servers that are one for everybody else. */
export interface DualStackServer {
  /** The first one's. */
  readonly address: ListenAddress;
  /** Ends listening; resolves when every connection is closed. */
  close(): Promise<void>;
  /** Closes every connection, whatever goes on in it. */
  closeAllConnections(): void;
}

/** The other address of the loopback, which clients may take `localhost` for. */
const TWINS = new Map([['127.0.0.1', '::1']]);

/** Best effort: the endpoint is of use without it. */
async function openTwin(twin: Server, host: string, port: number, log: Logger): Promise<Server[]> {
  try {
    await listen(twin, host, port);
    return [twin];
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    // Else the system has no such address, and nobody can wait there for what is meant for us.
    if (error.kind === 'inUse') {
      log.warn(`${error.message} Clients that use "localhost" may reach that one instead of this server.`);
    }
    return [];
  }
}

/**
 * Listens on that address and port, and on the other address of the loopback where it can be had.
 * @param newServer makes a server that does not listen yet
 * @throws ListenError
 */
export async function openDualStack(
  newServer: () => Server,
  bind: BindAddress,
  port: number,
  log: Logger,
): Promise<DualStackServer> {
  const first = newServer();
  const address = await listen(first, bind.host, port);
  const twin = TWINS.get(bind.host);
  const more = twin === undefined ? [] : await openTwin(newServer(), twin, address.port, log);
  const servers = [first, ...more];
  for (const server of servers) {
    server.on('error', (error) => log.error(`The server failed: ${error.message}`));
  }
  return {
    address,
    async close() {
      const closed = servers.map((server) => once(server, 'close'));
      for (const server of servers) server.close();
      await Promise.all(closed);
    },
    closeAllConnections() {
      for (const server of servers) server.closeAllConnections();
    },
  };
}
