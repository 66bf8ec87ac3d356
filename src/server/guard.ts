/**
 * Decides from a request's head alone whether it may go on. Browsers are the reason: any web page can send requests to
 * a port of this machine, and a page whose name is made to point here (DNS rebinding) even counts as the same origin.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** The part of a request that comes before its body. */
export interface RequestHead {
  readonly method: string;
  /** As it stands in the request line, without a token. */
  readonly target: string;
  /** Names and values in turn, duplicates included. */
  readonly rawHeaders: readonly string[];
  /** The address of this machine that the client connected to. */
  readonly localAddress: string | undefined;
}

export interface GuardPolicy {
  /** Exact host names besides those of the loopback. */
  readonly allowedHosts: readonly string[];
  /** Exact origins besides the usual ones. */
  readonly allowedOrigins: readonly string[];
  /** Whether pages of servers on this machine (`http://localhost:3000`) may use the endpoint. */
  readonly localPages: boolean;
}

/** `corsOrigin` is the origin to name in the answer, so that its page may read it. */
export type Verdict =
  | { readonly type: 'allow'; readonly corsOrigin?: string }
  | { readonly type: 'preflight'; readonly corsOrigin: string }
  | {
      readonly type: 'deny';
      readonly status: 400 | 401 | 403 | 415 | 431;
      readonly message: string;
      readonly corsOrigin?: string;
    };

/** Clients have thirty at most. */
export const MOST_HEADERS = 128;
const TARGET_CHARACTERS = 8_192;
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)(\.?))(?::([0-9]{1,5}))?$/i;
const MAX_PORT = 65_535;

/** Names under which containers reach a port of their host's loopback. */
const CONTAINER_HOSTS = new Set(['host.docker.internal', 'host.containers.internal']);

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('0.0.0.0', 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addAddress('::', 'ipv6');

/** Origins of applications, which no web page can have. */
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
  // A server that listens on every address sees IPv4 ones in the form of IPv6.
  const local = localAddress?.replace(/^::ffff:/i, '');
  return address === local || LOOPBACK.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** The port is of no matter: tunnels and forwarded ports change it. */
function judgeHost(
  host: string,
  head: RequestHead,
  policy: GuardPolicy,
): 'allowed' | 'foreign' | 'malformed' {
  const match = HOST.exec(host);
  if (match === null) return 'malformed';
  const [, v6, spelled, dot, port] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > MAX_PORT)) return 'malformed';
  if (v6 !== undefined) {
    if (!isIPv6(v6)) return 'malformed';
    return isOwnAddress(v6, head.localAddress) ? 'allowed' : 'foreign';
  }
  const name = (spelled ?? '').toLowerCase();
  if (isIPv4(name)) return dot === '' && isOwnAddress(name, head.localAddress) ? 'allowed' : 'foreign';
  const allowed =
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    CONTAINER_HOSTS.has(name) ||
    policy.allowedHosts.some((host) => host.toLowerCase() === name);
  return allowed ? 'allowed' : 'foreign';
}

function isAllowedOrigin(origin: string, policy: GuardPolicy): boolean {
  return (
    APP_ORIGINS.some((pattern) => pattern.test(origin)) ||
    (policy.localPages && LOCAL_PAGE.test(origin)) ||
    (origin !== '*' && policy.allowedOrigins.includes(origin))
  );
}

/** A page's address in the `Referer`, where it is one of the web. */
function isForeignReferer(referer: string, head: RequestHead, policy: GuardPolicy): boolean {
  if (!/^https?:/i.test(referer)) return false;
  if (!URL.canParse(referer)) return true;
  return judgeHost(new URL(referer).host, head, policy) !== 'allowed';
}

/** What a browser tells of a page's request that it sends without an `Origin`. */
function comesFromPage(head: RequestHead, policy: GuardPolicy): boolean {
  const site = valuesOf(head.rawHeaders, 'sec-fetch-site').map((value) => value.toLowerCase());
  return (
    site.some((value) => value !== 'none' && value !== 'same-origin') ||
    valuesOf(head.rawHeaders, 'referer').some((referer) => isForeignReferer(referer, head, policy))
  );
}

function deny(status: 400 | 403 | 415 | 431, message: string, corsOrigin?: string): Verdict {
  return { type: 'deny', status, message, ...(corsOrigin === undefined ? {} : { corsOrigin }) };
}

/** Who asks: which host was meant, and which page. */
function judgeSource(head: RequestHead, policy: GuardPolicy): Verdict {
  if (head.rawHeaders.length / 2 > MOST_HEADERS) {
    return deny(431, `The request has more than ${MOST_HEADERS} headers.`);
  }
  const [host, ...moreHosts] = valuesOf(head.rawHeaders, 'host');
  if (host === undefined || moreHosts.length > 0)
    return deny(400, 'The request needs exactly one Host header.');
  if (!head.target.startsWith('/') || head.target.length > TARGET_CHARACTERS) {
    return deny(400, 'The request target must be a path of at most 8 KiB.');
  }
  const hostVerdict = judgeHost(host, head, policy);
  if (hostVerdict === 'malformed') return deny(400, 'The Host header is malformed.');
  if (hostVerdict === 'foreign') {
    return deny(
      403,
      'This Host is not allowed. Use localhost or 127.0.0.1, or add the name to the allowed hosts.',
    );
  }
  const [origin, ...moreOrigins] = valuesOf(head.rawHeaders, 'origin');
  if (origin === undefined) {
    const harmless = head.target === '/' && (head.method === 'GET' || head.method === 'HEAD');
    return !harmless && comesFromPage(head, policy)
      ? deny(403, 'Requests from other web pages are not allowed.')
      : { type: 'allow' };
  }
  if (moreOrigins.length > 0 || !isAllowedOrigin(origin, policy)) {
    return deny(403, 'This Origin is not allowed. Add it to the allowed origins to let its pages in.');
  }
  const ownPage = origin === `http://${host}` || origin === `https://${host}`;
  if (head.method === 'OPTIONS') return { type: 'preflight', corsOrigin: origin };
  return ownPage ? { type: 'allow' } : { type: 'allow', corsOrigin: origin };
}

/** Decides on the head of a request. Pure; reads no body and trusts no `Forwarded` header. */
export function checkRequest(head: RequestHead, policy: GuardPolicy): Verdict {
  const source = judgeSource(head, policy);
  if (source.type !== 'allow') return source;
  const { corsOrigin } = source;
  if (valuesOf(head.rawHeaders, 'upgrade').some((value) => /websocket/i.test(value))) {
    return deny(400, 'This server does not speak WebSocket.', corsOrigin);
  }
  if (head.method !== 'POST') return source;
  // A page can send any type but this one without asking first, and asking is what the origin rules rest on.
  const type = valuesOf(head.rawHeaders, 'content-type').join(',').split(';', 1)[0]!;
  const fromPage = valuesOf(head.rawHeaders, 'origin').length > 0;
  if (fromPage && type.trim().toLowerCase() !== 'application/json') {
    return deny(415, 'Requests from web pages must be application/json.', corsOrigin);
  }
  const encodings = valuesOf(head.rawHeaders, 'content-encoding').map((value) => value.trim());
  const accepted = head.target.startsWith('/v1/') ? /^(?:identity|zstd)?$/i : /^(?:identity)?$/i;
  if (encodings.length > 1 || encodings.some((value) => !accepted.test(value))) {
    return deny(415, 'Request bodies compressed like this are not accepted.', corsOrigin);
  }
  return source;
}

const PREFLIGHT_HEADERS = [
  'Authorization',
  'Content-Type',
  'User-Agent',
  'Accept',
  'X-Requested-With',
  'X-Api-Key',
  'Anthropic-Version',
  'Anthropic-Beta',
  'OpenAI-Beta',
  ...['Arch', 'Async', 'Custom-Poll-Interval', 'Helper-Method', 'Lang', 'OS', 'Package-Version'].map(
    (name) => `X-Stainless-${name}`,
  ),
  ...['Poll-Helper', 'Retry-Count', 'Runtime', 'Runtime-Version', 'Timeout'].map(
    (name) => `X-Stainless-${name}`,
  ),
].join(', ');

/** The headers that let the pages of that origin read an answer. */
export function corsHeaders(origin: string): Record<string, string> {
  return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
}

/** The headers of the answer to a page's question whether it may send its request. */
export function preflightHeaders(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, POST, HEAD, DELETE, OPTIONS',
    'Access-Control-Allow-Headers': PREFLIGHT_HEADERS,
    'Access-Control-Max-Age': '600',
    Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  };
}
