import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another program that has a port. */
export interface OtherProgram {
  readonly port: number;
  quit(): Promise<void>;
}

/**
 * Starts a program that answers every request with `reply`.
 * @param port 0 picks a free one
 */
export async function startOtherProgram(reply: string, port = 0): Promise<OtherProgram> {
  const server = createServer((_request, response) => response.end(reply));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async quit() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
