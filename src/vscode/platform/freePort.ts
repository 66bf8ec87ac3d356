import { createServer } from 'node:net';

const MAX_PORT = 65_535;
const MAX_TRIES = 20;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });

/** The first port above this one on which no program listens; the next one if none of the following 20 is free. */
export async function freePortAfter(port: number): Promise<number> {
  for (let candidate = port + 1; candidate <= Math.min(port + MAX_TRIES, MAX_PORT); candidate += 1) {
    if (await isFree(candidate)) return candidate;
  }
  return Math.min(port + 1, MAX_PORT);
}
