/** Ports, and other programs on them. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another program that has the port. */
export interface Stranger {
  readonly port: number;
  leave(): Promise<void>;
}

export async function stranger(answer: string, port = 0): Promise<Stranger> {
  const server: Server = createServer((_request, response) => response.end(answer));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async leave() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
