import { once } from 'node:events';
import type { Server } from 'node:http';
import { isIPv4, isIPv6, type AddressInfo } from 'node:net';
import { STRONG_TOKEN_CHARACTERS } from './token.js';

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

/** The loopback address that a setting means, or `undefined`. Unusual spellings count as none. */
export function loopbackAddress(host: string): string | undefined {
  const wanted = host.trim().toLowerCase();
  if (wanted === 'localhost') return '127.0.0.1';
  if (wanted === '::1' || wanted === '[::1]') return '::1';
  return isIPv4(wanted) && wanted.startsWith('127.') ? wanted : undefined;
}

/** An address to listen on. */
export interface BindAddress {
  readonly host: string;
  /** Whether other machines may reach it. */
  readonly wide: boolean;
}

/** Whether the system takes that for every address of the machine: `::0`, `0`, `0x0` and the like. */
function meansEveryAddress(spelled: string): boolean {
  if (isIPv6(spelled))
    return URL.canParse(`http://[${spelled}]`) && new URL(`http://[${spelled}]`).hostname === '[::]';
  if (!/^[0-9a-fx.]+$/i.test(spelled) || !URL.canParse(`http://${spelled}`)) return false;
  return new URL(`http://${spelled}`).hostname === '0.0.0.0';
}

/**
 * The address that a setting means. A name is none, except `localhost`: a name service would decide who gets in.
 */
export function bindAddress(asked: string): BindAddress | undefined {
  const loopback = loopbackAddress(asked);
  if (loopback !== undefined) return { host: loopback, wide: false };
  const spelled = asked.trim().replace(/^\[(.*)\]$/, '$1');
  if (spelled === '' || spelled === '*') return { host: '::', wide: true };
  if (meansEveryAddress(spelled)) return { host: isIPv6(spelled) ? '::' : '0.0.0.0', wide: true };
  return isIPv4(spelled) || isIPv6(spelled) ? { host: spelled, wide: true } : undefined;
}

/** The address under which a server that listens as that setting says is reached from the same machine. */
export function reachableHost(asked: string): string {
  const host = bindAddress(asked)?.host ?? asked;
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** Whether a token is good enough to let other machines reach the server. */
export function isStrong(token: string | undefined): boolean {
  return (token ?? '').length >= STRONG_TOKEN_CHARACTERS;
}

/**
 * The address to listen on, which is one of the loopback unless a strong token keeps everybody out who lacks it.
 * @throws ListenError `denied`
 */
export function requireBindAddress(asked: string, token: string | undefined): BindAddress {
  const address = bindAddress(asked);
  const refuse = (why: string): never => {
    throw new ListenError('denied', `The server does not listen on "${asked}": ${why}`, undefined);
  };
  if (address === undefined) return refuse('that is no address of this machine. Use 127.0.0.1 or ::1.');
  if (!address.wide || isStrong(token)) return address;
  return refuse(
    `everyone who reaches the port could use your Claude. Use 127.0.0.1 or ::1, or create a token of at least ${STRONG_TOKEN_CHARACTERS} characters first.`,
  );
}

/**
 * Listens on exactly that address and port; port 0 lets the system choose.
 * @throws ListenError
 */
export async function listen(server: Server, host: string, port: number): Promise<ListenAddress> {
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
