import { once } from 'node:events';
import type { Server } from 'node:http';
import { isIPv4, type AddressInfo } from 'node:net';

/** Where an endpoint listens. `url` is what a person types into a client. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** `inUse`: another program has the port. `denied`: the system does not let this user have it. */
export type ListenErrorKind = 'inUse' | 'denied' | 'failed';

/** Listening did not begin. The message is for the person. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly kind: ListenErrorKind;

  constructor(kind: ListenErrorKind, message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

function listenError(thrown: unknown, host: string, port: number): ListenError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (code === 'EADDRINUSE') {
    return new ListenError('inUse', `Port ${port} on ${host} is in use by another program.`, thrown);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ListenError('denied', `The system does not allow listening on port ${port}.`, thrown);
  }
  return new ListenError('failed', `Cannot listen on ${host}, port ${port}: ${text}`, thrown);
}

/**
 * The loopback address that a setting means, or `undefined`: every other one, in whatever spelling (`0.0.0.0`, `::`,
 * `0`, the empty string, a name), lets other machines in or leaves it to a name service whether it does.
 */
export function loopbackAddress(host: string): string | undefined {
  const wanted = host.trim().toLowerCase();
  if (wanted === 'localhost') return '127.0.0.1';
  if (wanted === '::1' || wanted === '[::1]') return '::1';
  return isIPv4(wanted) && wanted.startsWith('127.') ? wanted : undefined;
}

/**
 * Listens on exactly that host and port; port 0 lets the system choose.
 * @throws ListenError
 */
export async function listen(server: Server, asked: string, port: number): Promise<ListenAddress> {
  const host = loopbackAddress(asked);
  if (host === undefined) {
    const why = 'Everyone who reaches the port could use your Claude. Use 127.0.0.1 or ::1.';
    throw new ListenError('denied', `The server does not listen on "${asked}". ${why}`, undefined);
  }
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port, exclusive: true });
    await listening;
  } catch (thrown) {
    throw listenError(thrown, host, port);
  }
  const bound = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { host, port: bound.port, url: `http://${shown}:${bound.port}` };
}
