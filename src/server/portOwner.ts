import { get } from 'node:http';

/** Who answers on a port: an endpoint of ours (another window), a real Ollama, some other program, or nobody. */
export type PortOwner = 'ours' | 'ollama' | 'other' | 'nobody';

const PROBE_MS = 1_000;
const BODY_CHARACTERS = 64;

/**
 * Asks `GET /` who listens there. Bounded to a second; sends nothing but the request line and a Host.
 * @param product the name before the slash in our `Server` header
 */
export function findPortOwner(
  host: string,
  port: number,
  product = 'claude-ollama-server',
): Promise<PortOwner> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/', agent: false, signal: AbortSignal.timeout(PROBE_MS) });
    request.on('response', (response) => {
      const server = String(response.headers['server'] ?? '');
      if (server === product || server.startsWith(`${product}/`)) resolve('ours');
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > BODY_CHARACTERS) response.destroy();
      });
      response.on('error', () => resolve('other'));
      response.on('close', () => {
        resolve(body === 'Ollama is running' ? 'ollama' : 'other');
      });
    });
    request.on('error', (error) => {
      const nobody = 'code' in error && error.code === 'ECONNREFUSED';
      resolve(nobody ? 'nobody' : 'other');
    });
  });
}
