/**
 * Lets the CLI talk to the stand-in as it talks to Anthropic's API. Without `ANTHROPIC_BASE_URL`, which most users do not
 * set, the CLI sends other headers and blocks and starts more slowly. A proxy ends the TLS of the API's host and passes the
 * bytes on. It refuses every other host.
 */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { makeCertificate, type Certificate } from './certificate.js';

const API_HOST = 'api.anthropic.com';

export interface ApiProxy {
  /** For `HTTPS_PROXY`. */
  readonly url: string;
  /** The certificate for `NODE_EXTRA_CA_CERTS`, PEM. */
  readonly cert: string;
  /** The other hosts that the CLI wanted: `host:port`. */
  readonly refused: readonly string[];
  /** Closes all connections. */
  close(): Promise<void>;
}

/** One for all proxies of this process: making a key takes a tenth of a second. */
let certificate: Certificate | undefined;

/**
 * Starts a proxy on 127.0.0.1.
 * @param standInUrl where the requests to the API go
 */
export async function startApiProxy(standInUrl: string): Promise<ApiProxy> {
  certificate ??= makeCertificate(API_HOST);
  const { key, cert } = certificate;
  const { hostname, port } = new URL(standInUrl);
  const refused: string[] = [];
  const sockets = new Set<Duplex>();

  function pass(client: Socket): void {
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    const decrypted = new TLSSocket(client, { isServer: true, key, cert, ALPNProtocols: ['http/1.1'] });
    const api = connect(Number(port), hostname);
    for (const [one, other] of [
      [decrypted, api],
      [api, decrypted],
    ] as const) {
      one.pipe(other);
      // The end of one side is the end of the other, whatever the reason.
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  }

  const server = createServer((request, response) => {
    refused.push(request.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, client: Socket) => {
    client.on('error', () => undefined);
    if (request.url === `${API_HOST}:443`) return pass(client);
    refused.push(request.url ?? '');
    client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cert,
    refused,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}
