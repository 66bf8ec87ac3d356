/** How HTTP libraries write the head of a request: which headers, in which order and case. */

/** A request's head without the empty line. `HOST` and `LENGTH` are placeholders for the host and the body's length. */
export type Head = readonly string[];

/** @param own the client's own headers, in its order */
export type Library = (line: string, ...own: readonly string[]) => Head;

const isPost = (line: string): boolean => line.startsWith('POST');
const start = (line: string): string => `${line} HTTP/1.1`;
const withLength = (line: string, name = 'Content-Length'): string[] =>
  isPost(line) ? [`${name}: LENGTH`] : [];

/** Node's `fetch`. It sends `sec-fetch-mode: cors`, although it is not a browser. */
export const nodeFetch: Library = (line, ...own) => [
  start(line),
  'host: HOST',
  'connection: keep-alive',
  ...own,
  'accept-language: *',
  'sec-fetch-mode: cors',
  'accept-encoding: gzip, deflate',
  ...withLength(line, 'content-length'),
];

/** The package node-fetch, and axios without its default headers. */
export const nodeHttp: Library = (line, ...own) => [
  start(line),
  ...own,
  ...withLength(line),
  'Accept-Encoding: gzip, deflate, br',
  'Host: HOST',
  'Connection: keep-alive',
];

/** Bun's `fetch`. */
export const bun: Library = (line, ...own) => [
  start(line),
  ...own,
  'Connection: keep-alive',
  'Accept: */*',
  'Host: HOST',
  'Accept-Encoding: gzip, deflate, br, zstd',
  ...withLength(line),
];

/** Go's `net/http`. */
export const go: Library = (line, agent = 'User-Agent: Go-http-client/1.1', ...own) => [
  start(line),
  'Host: HOST',
  agent,
  ...withLength(line),
  ...own,
  'Accept-Encoding: gzip',
];

/** Python's httpx. */
export const httpx: Library = (line, ...own) => [
  start(line),
  'Host: HOST',
  'Accept-Encoding: gzip, deflate',
  'Connection: keep-alive',
  ...own,
  ...withLength(line),
];

/** Python's aiohttp. */
export const aiohttp: Library = (line, ...own) => [
  start(line),
  'Host: HOST',
  ...own,
  'Accept: */*',
  'Accept-Encoding: gzip, deflate',
  'User-Agent: Python/3.12 aiohttp/3.12.15',
  ...withLength(line),
];

/** curl, also as used by Emacs and Neovim. */
export const curl: Library = (line, ...own) => [
  start(line),
  'Host: HOST',
  'User-Agent: curl/8.5.0',
  'Accept: */*',
  ...own,
  ...withLength(line),
];

/** Rust's hyper, which reqwest and others use. */
export const hyper: Library = (line, ...own) => [
  start(line),
  ...own,
  'accept: */*',
  'host: HOST',
  ...withLength(line, 'content-length'),
];

/** Java's HTTP client. It offers HTTP/2 with every request. */
export const java: Library = (line, ...own) => [
  start(line),
  'Connection: Upgrade, HTTP2-Settings',
  ...withLength(line),
  'Host: HOST',
  'HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA',
  'Upgrade: h2c',
  'User-Agent: Java-http-client/21.0.5',
  ...own,
];

/** Kotlin's ktor. */
export const ktor: Library = (line, ...own) => [
  start(line),
  'Host: HOST',
  'Accept: application/json',
  'Accept-Charset: UTF-8',
  'User-Agent: ktor-client',
  ...own,
  ...withLength(line),
];

const CHROMIUM =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

/** A page of another origin than the server, in a browser or an Electron application. */
export const page: Library = (line, origin = '', ...own) => [
  start(line),
  'Host: HOST',
  'Connection: keep-alive',
  ...withLength(line),
  `User-Agent: ${CHROMIUM}`,
  'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
  ...own,
  'Accept: */*',
  origin,
  'Sec-Fetch-Site: cross-site',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Dest: empty',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-US,en;q=0.9',
];

/** Where a client's requests are from: recorded from the running client, or read in its source. */
export type Evidence = 'run' | 'read';

export interface ClientHeads {
  readonly client: string;
  readonly evidence: Evidence;
  /** Whether the whole head was recorded, or is the library's usual one with the client's headers. */
  readonly head: 'recorded' | 'library';
  readonly heads: readonly Head[];
}
