import { get } from 'node:http';

/**
 * Which program answers on a port: this product (any window or the headless server), a real Ollama, another one, or
 * none.
 */
export type PortOwner = 'claudeOllama' | 'ollama' | 'other' | 'none';

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

const OWNER_NAMES: Readonly<Record<PortOwner, string>> = {
  claudeOllama: 'another Ollama Server for Claude',
  ollama: 'Ollama itself',
  other: 'another program',
  none: 'a program that does not answer',
};

/** The sentence for users that a port is taken: `Port 11434 on 127.0.0.1 is in use by Ollama itself.` */
export function describePortInUse({
  owner,
  port,
  host,
}: {
  readonly owner: PortOwner;
  readonly port: number;
  /** Left out where the address does not matter to the user. */
  readonly host?: string;
}): string {
  const address = host === undefined ? '' : ` on ${host}`;
  return `Port ${port}${address} is in use by ${OWNER_NAMES[owner]}.`;
}
