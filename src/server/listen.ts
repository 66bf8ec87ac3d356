import { once } from 'node:events';
import type { Server } from 'node:http';
import { isIPv4, isIPv6, type AddressInfo } from 'node:net';
import { acceptsConnections, allowsShadowing } from './shadowedPort.js';
import { MIN_STRONG_TOKEN_CHARACTERS } from './token.js';

/** Where an endpoint listens. `url` is the base URL that users enter in a client. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** `inUse`: another program uses the port. `denied`: the operating system or this server does not allow the address. */
export type ListenErrorKind = 'inUse' | 'denied' | 'failed';

/** The server could not listen. The message is shown to the user. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly kind: ListenErrorKind;

  constructor(kind: ListenErrorKind, message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const inUse = (host: string, port: number, cause?: unknown): ListenError =>
  new ListenError('inUse', `Port ${port} on ${host} is in use by another program.`, cause);

/** Why the system may not allow a port, and what to do, by platform. */
function deniedHint(port: number, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    return (
      ' Windows reserves ranges of ports for Hyper-V, WSL and Docker: "netsh interface ipv4 show excludedportrange ' +
      'protocol=tcp" lists them. Use another port, or restart Windows.'
    );
  }
  return port < 1024 ? ' Ports below 1024 need more rights. Use another port.' : '';
}

/** The error for users. Pure. */
export function listenError(
  thrown: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  platform: NodeJS.Platform = process.platform,
): ListenError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (code === 'EADDRINUSE') {
    return inUse(host, port, thrown);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `The system does not allow listening on port ${port}.${deniedHint(port, platform)}`;
    return new ListenError('denied', message, thrown);
  }
  return new ListenError('failed', `Cannot listen on ${host}, port ${port}: ${text}`, thrown);
}

/**
 * The loopback address for a host setting; `undefined` for any other address, and for unusual notations such as
 * `127.1`.
 */
export function loopbackAddress(host: string): string | undefined {
  const normalized = host.trim().toLowerCase();
  if (normalized === 'localhost') return '127.0.0.1';
  if (normalized === '::1' || normalized === '[::1]') return '::1';
  return isIPv4(normalized) && normalized.startsWith('127.') ? normalized : undefined;
}

/** An address to listen on. */
export interface BindAddress {
  readonly host: string;
  /** Whether other machines may reach it, because it is not a loopback address. */
  readonly public: boolean;
}

/** Whether a notation means every address of this machine: `::0`, `0`, `0x0` and others that the system accepts. */
function meansEveryAddress(notation: string): boolean {
  if (isIPv6(notation))
    return URL.canParse(`http://[${notation}]`) && new URL(`http://[${notation}]`).hostname === '[::]';
  if (!/^[0-9a-fx.]+$/i.test(notation) || !URL.canParse(`http://${notation}`)) return false;
  return new URL(`http://${notation}`).hostname === '0.0.0.0';
}

/**
 * The address for a host setting, or `undefined` if it is not an IP address or `localhost`. Other names are not
 * resolved, because then the name service would decide which machines may reach the server.
 */
export function bindAddress(host: string): BindAddress | undefined {
  const loopback = loopbackAddress(host);
  if (loopback !== undefined) return { host: loopback, public: false };
  const notation = host.trim().replace(/^\[(.*)\]$/, '$1');
  if (notation === '' || notation === '*') return { host: '::', public: true };
  if (meansEveryAddress(notation)) return { host: isIPv6(notation) ? '::' : '0.0.0.0', public: true };
  return isIPv4(notation) || isIPv6(notation) ? { host: notation, public: true } : undefined;
}

/** The address at which this machine reaches a server with that host setting. */
export function reachableHost(host: string): string {
  const address = bindAddress(host)?.host ?? host;
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

/** Whether a token is long enough to let other machines reach the server. */
export function isStrong(token: string | undefined): boolean {
  return (token ?? '').length >= MIN_STRONG_TOKEN_CHARACTERS;
}

/**
 * The address to listen on. Addresses other than those of the loopback require a strong token.
 * @throws ListenError `denied`
 */
export function requireBindAddress(host: string, token: string | undefined): BindAddress {
  const address = bindAddress(host);
  const refuse = (why: string): never => {
    throw new ListenError('denied', `The server cannot listen on "${host}": ${why}`, undefined);
  };
  if (address === undefined) return refuse('it is not an address of this machine. Use 127.0.0.1 or ::1.');
  if (!address.public || isStrong(token)) return address;
  return refuse(
    `every machine that can reach the port could use your Claude account. Use 127.0.0.1 or ::1, or first create a token of at least ${MIN_STRONG_TOKEN_CHARACTERS} characters.`,
  );
}

/**
 * Listens on exactly this address and port; port 0 lets the operating system choose. A port that another program serves is
 * in use, also where the system would allow both to listen.
 * @throws ListenError
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<ListenAddress> {
  if (port !== 0 && allowsShadowing(platform) && (await acceptsConnections(reachableHost(host), port))) {
    throw inUse(host, port);
  }
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port, exclusive: true });
    await listening;
  } catch (thrown) {
    throw listenError(thrown, { host, port }, platform);
  }
  const bound = server.address() as AddressInfo;
  const urlHost = host.includes(':') ? `[${host}]` : host;
  return { host, port: bound.port, url: `http://${urlHost}:${bound.port}` };
}
