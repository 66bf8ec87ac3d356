import { get } from 'node:http';
import type { PortOwner } from '../core/portOwner.js';

const TIMEOUT_MS = 1_000;
const MAX_BODY_CHARACTERS = 64;

/**
 * Finds out which program listens on a port, by its reply to `GET /`. Takes at most one second and sends no data except
 * the request line and a `Host` header.
 * @param product the name before the slash in the `Server` header of this product
 */
export function findPortOwner(
  host: string,
  port: number,
  product = 'claude-ollama-server',
): Promise<PortOwner> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/', agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) });
    request.on('response', (response) => {
      const server = String(response.headers['server'] ?? '');
      if (server === product || server.startsWith(`${product}/`)) resolve('claudeOllama');
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MAX_BODY_CHARACTERS) response.destroy();
      });
      response.on('error', () => resolve('other'));
      response.on('close', () => {
        resolve(body === 'Ollama is running' ? 'ollama' : 'other');
      });
    });
    request.on('error', (error) => {
      const refused = 'code' in error && error.code === 'ECONNREFUSED';
      resolve(refused ? 'none' : 'other');
    });
  });
}
