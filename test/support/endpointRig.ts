/** An endpoint with a fake backend on a real port, and clients made of bare sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Logger } from '../../src/core/log.js';
import {
  type Activity,
  createEndpoint,
  type Endpoint,
  type EndpointOptions,
  type EndpointSettings,
  type RequestRecord,
} from '../../src/server/server.js';
import { createFakeBackend, type FakeBackend } from './fakeBackend.js';

export interface Rig {
  readonly endpoint: Endpoint;
  readonly backend: FakeBackend;
  readonly port: number;
  readonly url: string;
  readonly records: RequestRecord[];
  readonly activities: Activity[];
  /** Level and line. */
  readonly lines: string[];
  /** Resolves with the record of the first request from now on that fits. */
  record(fits?: (record: RequestRecord) => boolean): Promise<RequestRecord>;
}

/**
 * As they come, but for one: a look at whose a connection is goes through the kernel's table of all connections, which
 * costs 10 ms for each of the thousands of these tests. Tests of the look itself turn it on.
 */
const SETTINGS: EndpointSettings = {
  names: { defaultModel: '', unknown: 'reject', aliases: {} },
  lanes: ['chat'],
  allowedHosts: [],
  allowedOrigins: [],
  token: undefined,
  allowOtherUsers: true,
};

export interface RigOptions extends Pick<
  EndpointOptions,
  'heartbeatMs' | 'timeouts' | 'observeChat' | 'windows' | 'onRequest' | 'onActivity' | 'modelStore'
> {
  /** Read anew for every request, as they are in the editor. */
  readonly settings?: Partial<EndpointSettings>;
  /** Where to listen; the loopback by default. */
  readonly host?: string;
  /** A free one by default. */
  readonly port?: number;
  readonly backend?: FakeBackend;
  /** Called with each line of the log, behind the rig itself. */
  readonly onLine?: (line: string) => void;
}

const rigs: Rig[] = [];

/** Starts an endpoint on a free port; `stopRigs` stops it. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { settings, backend = createFakeBackend(), host = '127.0.0.1', port: wanted = 0, ...rest } = options;
  const { onRequest, onActivity, onLine, ...others } = rest;
  const records: RequestRecord[] = [];
  const activities: Activity[] = [];
  const lines: string[] = [];
  let waiting: { fits: (record: RequestRecord) => boolean; take: (record: RequestRecord) => void }[] = [];
  const log = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (line: string) => {
        lines.push(`${level} ${line}`);
        onLine?.(line);
      },
    ]),
  ) as unknown as Logger;
  const endpoint = createEndpoint({
    backend: () => backend,
    settings: () => ({ ...SETTINGS, ...settings }),
    log,
    identity: 'claude-ollama-server/9.9.9',
    onRequest: (record) => {
      records.push(record);
      const served = waiting.filter(({ fits }) => fits(record));
      waiting = waiting.filter(({ fits }) => !fits(record));
      for (const { take } of served) take(record);
      onRequest?.(record);
    },
    onActivity: (activity) => {
      activities.push(activity);
      onActivity?.(activity);
    },
    ...others,
  });
  const { port, url } = await endpoint.start(host, wanted);
  const rig: Rig = {
    endpoint,
    backend,
    port,
    url,
    records,
    activities,
    lines,
    record: (fits = () => true) => new Promise((take) => waiting.push({ fits, take })),
  };
  rigs.push(rig);
  return rig;
}

/** For `afterEach`. */
export async function stopRigs(): Promise<void> {
  await Promise.all(rigs.splice(0).map(({ endpoint }) => endpoint.stop()));
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  /** Taken as it is; no slash is added or removed. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export function ask(rig: Rig, { method, path, headers = {}, body }: Ask): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: rig.port,
        path,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Posts JSON. */
export function post(
  rig: Rig,
  path: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<Reply> {
  return ask(rig, { path, body: JSON.stringify(body), ...(headers === undefined ? {} : { headers }) });
}

export const USER_HI = [{ role: 'user', content: 'hi' }];

/** A chat with the fake's first model. */
export function chat(rig: Rig, more: object = {}): Promise<Reply> {
  return post(rig, '/api/chat', { model: 'claude-sonnet', messages: USER_HI, ...more });
}

/** The objects of an NDJSON body; every line must be one. */
export function linesOf(body: string): Record<string, unknown>[] {
  assert.ok(body.endsWith('\n'), 'the last line has no line feed');
  return body
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A connection that sends exactly these bytes. */
export async function open(rig: Rig, bytes: string | Buffer): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: rig.port });
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** All that comes back until the other side closes. A reset counts as a close. */
export function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let all = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (all += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(all));
  });
}

/** Sends these bytes and gives back all that comes until the other side closes. */
export async function raw(rig: Rig, bytes: string | Buffer): Promise<string> {
  return received(await open(rig, bytes));
}

/** A streamed chat as bytes, for clients that behave in their own way. */
export function chatBytes(more: object = {}): string {
  const body = JSON.stringify({ model: 'claude-sonnet', messages: USER_HI, ...more });
  return [
    'POST /api/chat HTTP/1.1',
    'Host: localhost',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** The next chunk of a stream, or `undefined` at its end. */
export async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<string | undefined> {
  const { value } = await reader.read();
  return value === undefined ? undefined : Buffer.from(value).toString('utf8');
}
