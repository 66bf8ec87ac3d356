/**
 * Decides by a request's head alone whether it is accepted. The guard protects against web pages: any page can make the
 * browser send requests to a port of this machine, and with DNS rebinding (a host name of the attacker that resolves to
 * 127.0.0.1) such requests even count as same-origin.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** The part of a request before its body. */
export interface RequestHead {
  readonly method: string;
  /** The path and query, without the token (see `splitTarget` and `takeToken`). */
  readonly target: string;
  /** The host and port in the request line, if it has them: `GET http://localhost:11434/api/tags HTTP/1.1`. */
  readonly authority: string | undefined;
  /** Alternating names and values, duplicates included, as in Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
  /** The address of this machine that the client connected to. */
  readonly localAddress: string | undefined;
}

export interface GuardPolicy {
  /** Exact host names that are allowed in addition to those of the loopback. */
  readonly allowedHosts: readonly string[];
  /** Exact origins that are allowed in addition to the built-in ones. */
  readonly allowedOrigins: readonly string[];
  /** Whether pages of servers on this machine (`http://localhost:3000`) may use the endpoint. */
  readonly localPages: boolean;
}

/** `corsOrigin`: the value of `Access-Control-Allow-Origin`, so that the page may read the reply. */
export type Verdict =
  | { readonly type: 'allow'; readonly corsOrigin?: string }
  | { readonly type: 'preflight'; readonly corsOrigin: string }
  | {
      readonly type: 'deny';
      readonly status: 400 | 401 | 403 | 415 | 431;
      readonly message: string;
      readonly corsOrigin?: string;
    };

/** Known clients send 30 headers at most. */
export const MAX_HEADERS = 128;
const MAX_TARGET_CHARACTERS = 8_192;
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)(\.?))(?::([0-9]{1,5}))?$/i;
const MAX_PORT = 65_535;

/** Names under which containers and virtual machines reach a loopback port of their host. */
const CONTAINER_HOSTS = new Set([
  'host.docker.internal',
  'gateway.docker.internal', // Docker Desktop
  'host.containers.internal', // Podman
  'host.lima.internal', // Lima, Colima, Rancher Desktop
  'host.orb.internal', // OrbStack
  'host.minikube.internal',
]);

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('0.0.0.0', 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addAddress('::', 'ipv6');

/** Origins of desktop and mobile applications, which no web page can have. */
const APP_ORIGINS = [
  /^vscode-webview:\/\/[a-z0-9-]+$/i,
  /^vscode-file:\/\/vscode-app$/,
  /^app:\/\/[a-z0-9.-]+$/i,
  /^tauri:\/\/localhost$/,
  /^https?:\/\/tauri\.localhost$/,
  /^capacitor:\/\/localhost$/,
  /^file:\/\/$/,
];
const LOCAL_PAGE = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/;

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.toLowerCase() === name) values.push(rawHeaders[index + 1]!);
  }
  return values;
}

function isOwnAddress(address: string, localAddress: string | undefined): boolean {
  // A server that listens on `::` sees IPv4 addresses as IPv4-mapped IPv6 addresses.
  const local = localAddress?.replace(/^::ffff:/i, '');
  return address === local || LOOPBACK.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Checks a Host header. The port may be any: tunnels and forwarded ports change it. */
function classifyHost(
  host: string,
  head: RequestHead,
  policy: GuardPolicy,
): 'allowed' | 'foreign' | 'malformed' {
  const match = HOST.exec(host);
  if (match === null) return 'malformed';
  const [, v6, rawName, dot, port] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > MAX_PORT)) return 'malformed';
  if (v6 !== undefined) {
    if (!isIPv6(v6)) return 'malformed';
    return isOwnAddress(v6, head.localAddress) ? 'allowed' : 'foreign';
  }
  const name = (rawName ?? '').toLowerCase();
  if (isIPv4(name)) return dot === '' && isOwnAddress(name, head.localAddress) ? 'allowed' : 'foreign';
  const allowed =
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    CONTAINER_HOSTS.has(name) ||
    policy.allowedHosts.some((host) => host.toLowerCase() === name);
  return allowed ? 'allowed' : 'foreign';
}

/**
 * Checks the host of an absolute target as a Host header. Another scheme than `http` and a user name are malformed.
 * @param authority see `RequestHead`
 */
function classifyAuthority(
  authority: string,
  head: RequestHead,
  policy: GuardPolicy,
): ReturnType<typeof classifyHost> {
  const host = authority.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/^.*@/s, '');
  const found = classifyHost(host, head, policy);
  return host === authority || found === 'foreign' ? found : 'malformed';
}

function isAllowedOrigin(origin: string, policy: GuardPolicy): boolean {
  return (
    APP_ORIGINS.some((pattern) => pattern.test(origin)) ||
    (policy.localPages && LOCAL_PAGE.test(origin)) ||
    (origin !== '*' && policy.allowedOrigins.includes(origin))
  );
}

/** Whether a `Referer` is a web page of another host. */
function isForeignReferer(referer: string, head: RequestHead, policy: GuardPolicy): boolean {
  if (!/^https?:/i.test(referer)) return false;
  if (!URL.canParse(referer)) return true;
  return classifyHost(new URL(referer).host, head, policy) !== 'allowed';
}

/**
 * Whether a browser sent the request, by its `Sec-Fetch-…` headers (Fetch Metadata). Browsers always send several of
 * them to a loopback address; Node's `fetch` sends only `Sec-Fetch-Mode: cors`.
 */
function isFromBrowser({ rawHeaders }: RequestHead): boolean {
  return rawHeaders.some((name, index) => {
    const isName = index % 2 === 0 && /^sec-fetch-/i.test(name);
    return isName && !(/^sec-fetch-mode$/i.test(name) && rawHeaders[index + 1] === 'cors');
  });
}

/**
 * Whether a request without `Origin` comes from a page of another site, by `Sec-Fetch-Site` and `Referer`. Only the
 * `Referer` of a browser counts: programs name their home page in it.
 */
function isFromOtherSite(head: RequestHead, policy: GuardPolicy): boolean {
  const site = valuesOf(head.rawHeaders, 'sec-fetch-site').map((value) => value.toLowerCase());
  return (
    site.some((value) => value !== 'none' && value !== 'same-origin') ||
    (isFromBrowser(head) &&
      valuesOf(head.rawHeaders, 'referer').some((referer) => isForeignReferer(referer, head, policy)))
  );
}

/**
 * Whether a page may send this POST. Pages may only send what a client of an API sends: JSON, or a text of undeclared
 * type, by a `fetch` whose reply the page can read. That leaves out forms, `sendBeacon` and `no-cors` requests.
 */
function isApiRequest({ rawHeaders }: RequestHead): boolean {
  const modes = valuesOf(rawHeaders, 'sec-fetch-mode').map((mode) => mode.toLowerCase());
  if (modes.some((mode) => mode !== 'cors' && mode !== 'same-origin')) return false;
  const type = valuesOf(rawHeaders, 'content-type').join(',').split(';', 1)[0]!;
  return ['application/json', 'text/plain', ''].includes(type.trim().toLowerCase());
}

function deny(status: 400 | 403 | 415 | 431, message: string, corsOrigin?: string): Verdict {
  return { type: 'deny', status, message, ...(corsOrigin === undefined ? {} : { corsOrigin }) };
}

/** Checks the number of headers, the target, and where the request comes from: `Host`, `Origin`, `Referer`. */
function checkSource(head: RequestHead, policy: GuardPolicy): Verdict {
  if (head.rawHeaders.length / 2 > MAX_HEADERS) {
    return deny(431, `The request has more than ${MAX_HEADERS} headers.`);
  }
  const [host, ...moreHosts] = valuesOf(head.rawHeaders, 'host');
  if (host === undefined || moreHosts.length > 0)
    return deny(400, 'The request must have exactly one Host header.');
  const targetClass =
    head.authority === undefined ? 'allowed' : classifyAuthority(head.authority, head, policy);
  if (targetClass === 'foreign') {
    return deny(
      403,
      'The host of this request target is not allowed. Use localhost or 127.0.0.1, or add the name to the setting allowedHosts.',
    );
  }
  const isPath = targetClass === 'allowed' && head.target.startsWith('/');
  if (!isPath || head.target.length > MAX_TARGET_CHARACTERS) {
    return deny(400, 'The request target must be a path on this server of at most 8 KiB.');
  }
  const hostClass = classifyHost(host, head, policy);
  if (hostClass === 'malformed') return deny(400, 'The Host header is malformed.');
  if (hostClass === 'foreign') {
    return deny(
      403,
      'This Host is not allowed. Use localhost or 127.0.0.1, or add the name to the setting allowedHosts.',
    );
  }
  const [origin, ...moreOrigins] = valuesOf(head.rawHeaders, 'origin');
  if (origin === undefined) {
    const isStatusCheck = head.target === '/' && (head.method === 'GET' || head.method === 'HEAD');
    return !isStatusCheck && isFromOtherSite(head, policy)
      ? deny(403, 'Requests from other web pages are not allowed.')
      : { type: 'allow' };
  }
  if (moreOrigins.length > 0 || !isAllowedOrigin(origin, policy)) {
    return deny(403, 'This Origin is not allowed. To allow its pages, add it to the setting allowedOrigins.');
  }
  const ownPage = origin === `http://${host}` || origin === `https://${host}`;
  if (head.method === 'OPTIONS') return { type: 'preflight', corsOrigin: origin };
  return ownPage ? { type: 'allow' } : { type: 'allow', corsOrigin: origin };
}

/** Decides by the head of a request whether it is accepted. Pure; ignores `Forwarded` headers. */
export function checkRequest(head: RequestHead, policy: GuardPolicy): Verdict {
  const source = checkSource(head, policy);
  if (source.type !== 'allow') return source;
  const { corsOrigin } = source;
  if (valuesOf(head.rawHeaders, 'upgrade').some((value) => /websocket/i.test(value))) {
    return deny(400, 'This server does not support WebSocket.', corsOrigin);
  }
  if (head.method !== 'POST') return source;
  const fromPage = valuesOf(head.rawHeaders, 'origin').length > 0;
  if (fromPage && !isApiRequest(head)) {
    return deny(
      415,
      'Web pages must send requests with fetch, as application/json or text/plain, not with a form.',
      corsOrigin,
    );
  }
  const encodings = valuesOf(head.rawHeaders, 'content-encoding').map((value) => value.trim());
  const accepted = head.target.startsWith('/v1/') ? /^(?:identity|zstd)?$/i : /^(?:identity)?$/i;
  if (encodings.length > 1 || encodings.some((value) => !accepted.test(value))) {
    return deny(415, 'This Content-Encoding is not supported.', corsOrigin);
  }
  return source;
}
