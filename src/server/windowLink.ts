/**
 * The protocol between the VS Code windows of one user, of which only one can serve the port. The windows share a key
 * that only programs of this user can read. A request proves knowledge of the key without sending it, because any
 * program may listen on the port.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { request } from 'node:http';
import { attempt } from './observers.js';
import type { Route } from './router.js';
import { ollamaDialect } from '../protocol/ollama/errors.js';
import { type Exchange, send, sendJson } from './exchange.js';

/** What the serving window reports to other windows. */
export interface WindowReport {
  /** The folder in which Claude runs. */
  readonly folder: string;
  /** Running chats. */
  readonly requests: number;
}

/** What the serving window does for other windows. */
export interface ServingWindow {
  /** The shared key; while it is `undefined`, every request is refused. */
  readonly key: () => string | undefined;
  readonly report: () => WindowReport;
  /** Stops listening, so that the requesting window can use the port. */
  readonly releasePort: () => void;
}

/** `GET` requests the report; `POST` requests the port, and the reply is the report, too. */
export type WindowMethod = 'GET' | 'POST';

export const WINDOW_PATH = '/.window';
const PROOF_HEADER = 'x-window-proof';
/** How long a proof is valid, so that an intercepted one cannot be used later. */
const PROOF_VALID_MS = 10_000;
const REPLY_TIMEOUT_MS = 1_000;
const MAX_REPLY_CHARACTERS = 8_192;

/** The request that a proof is made for. */
export interface ProvenRequest {
  readonly method: string;
  readonly port: number;
}

function digest(key: string, { method, port }: ProvenRequest, atMs: number): Buffer {
  return createHmac('sha256', key).update(`${method} ${port} ${atMs}`).digest();
}

/**
 * The proof that the sender of a request knows the key: `<time>.<HMAC-SHA256, hexadecimal>`.
 * @param atMs milliseconds since 1970
 */
export function proofOf(key: string, proven: ProvenRequest, atMs: number): string {
  return `${atMs}.${digest(key, proven, atMs).toString('hex')}`;
}

/**
 * Whether a proof was made with this key, for this request, within the last 10 seconds.
 * @param nowMs milliseconds since 1970
 */
export function isProof(proof: string, key: string, proven: ProvenRequest, nowMs: number): boolean {
  const [, time, hex] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(proof) ?? [];
  if (time === undefined || hex === undefined) return false;
  const atMs = Number(time);
  return (
    timingSafeEqual(Buffer.from(hex, 'hex'), digest(key, proven, atMs)) &&
    Math.abs(nowMs - atMs) <= PROOF_VALID_MS
  );
}

function isFromWindow({ request }: Exchange, key: string | undefined): boolean {
  const { headers, method = '', socket } = request;
  const proof = headers[PROOF_HEADER];
  return (
    key !== undefined &&
    typeof proof === 'string' &&
    isProof(proof, key, { method, port: socket.localPort ?? 0 }, Date.now())
  );
}

/** The routes for other windows. A request without a valid proof gets the same 404 as an unknown path. */
export function windowRoutes(window: ServingWindow): readonly Route[] {
  const route = (method: WindowMethod, reply: (exchange: Exchange) => void): Route => ({
    method,
    path: WINDOW_PATH,
    dialect: ollamaDialect,
    handle(exchange) {
      if (isFromWindow(exchange, window.key())) reply(exchange);
      else send(exchange.response, 404, 'text/plain', '404 page not found');
      return Promise.resolve();
    },
  });
  return [
    route('GET', ({ response }) => sendJson(response, 200, window.report())),
    route('POST', ({ response, log }) => {
      // Only after the reply is sent, because releasing the port closes all connections.
      response.once('close', () => attempt(log, 'Releasing the port', window.releasePort));
      sendJson(response, 200, window.report());
    }),
  ];
}

function parseReport(text: string): WindowReport | undefined {
  const { folder, requests } = JSON.parse(text) as Partial<Record<keyof WindowReport, unknown>>;
  return typeof folder === 'string' && typeof requests === 'number' ? { folder, requests } : undefined;
}

export interface WindowRequest {
  readonly host: string;
  readonly port: number;
  readonly key: string;
  /** `POST` makes the serving window release the port. */
  readonly method: WindowMethod;
}

/**
 * Sends a request to the window that serves a port. Takes at most one second.
 * @returns its report; `undefined` without a valid reply, for example from a program that does not know the key
 */
export function requestWindow({ host, port, key, method }: WindowRequest): Promise<WindowReport | undefined> {
  return new Promise((resolve) => {
    const headers = { [PROOF_HEADER]: proofOf(key, { method, port }, Date.now()), 'content-length': 0 };
    const signal = AbortSignal.timeout(REPLY_TIMEOUT_MS);
    const sent = request({ host, port, method, path: WINDOW_PATH, headers, agent: false, signal });
    const noReport = (): void => resolve(undefined);
    sent.on('error', noReport);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', noReport);
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_REPLY_CHARACTERS) response.destroy();
      });
      response.on('close', () => {
        try {
          resolve(response.statusCode === 200 ? parseReport(text) : undefined);
        } catch {
          noReport();
        }
      });
    });
    sent.end();
  });
}
