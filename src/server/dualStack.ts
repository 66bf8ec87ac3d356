/** Listens for one endpoint on both loopback addresses, IPv4 and IPv6. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from '../core/log.js';
import { type BindAddress, listen, type ListenAddress, ListenError } from './listen.js';

/** One or two HTTP servers that act as one. */
export interface DualStackServer {
  /** The address that was asked for, not the additional one. */
  readonly address: ListenAddress;
  /** Stops listening; resolves when every connection is closed. */
  close(): Promise<void>;
  /** Closes every connection, active ones included. */
  closeAllConnections(): void;
}

/** Bind address → the other loopback address that clients may resolve `localhost` to. */
const OTHER_LOOPBACK = new Map([['127.0.0.1', '::1']]);

/** Best effort: the endpoint also works without the second address. */
async function listenOnSecond(server: Server, host: string, port: number, log: Logger): Promise<Server[]> {
  try {
    await listen(server, host, port);
    return [server];
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    // Any other reason means that this machine lacks the address. Then no other program can receive our requests there.
    if (error.kind === 'inUse') {
      log.warn(
        `${error.message} Clients that use "localhost" may reach that program instead of this server.`,
      );
    }
    return [];
  }
}

/**
 * Listens on the given address and port and, if available, on the other loopback address.
 * @param newServer creates a server that does not listen yet
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
  const otherHost = OTHER_LOOPBACK.get(bind.host);
  const second =
    otherHost === undefined ? [] : await listenOnSecond(newServer(), otherHost, address.port, log);
  const servers = [first, ...second];
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
