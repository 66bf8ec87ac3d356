/**
 * The protocol between the VS Code windows of one user, of which only one can serve the port. The windows share a key
 * that only programs of this user can read. Request and reply prove knowledge of the key without sending it, because any
 * program may connect to the port or listen on it.
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

/** What the proof of a reply is made for: it must not be usable as the proof of a request, or for another request. */
function replyTo(requestProof: string, port: number): ProvenRequest {
  return { method: `reply to ${requestProof}`, port };
}

/** The proof for the reply to a request; `undefined` if the request has no valid proof itself. */
function replyProof({ request }: Exchange, key: string | undefined): string | undefined {
  const { headers, method = '', socket } = request;
  const proof = headers[PROOF_HEADER];
  const port = socket.localPort ?? 0;
  const now = Date.now();
  if (key === undefined || typeof proof !== 'string') return undefined;
  return isProof(proof, key, { method, port }, now) ? proofOf(key, replyTo(proof, port), now) : undefined;
}

/** The routes for other windows. A request without a valid proof gets the same 404 as an unknown path. */
export function windowRoutes(window: ServingWindow): readonly Route[] {
  const route = (method: WindowMethod, reply: (exchange: Exchange) => void): Route => ({
    method,
    path: WINDOW_PATH,
    dialect: ollamaDialect,
    handle(exchange) {
      const proof = replyProof(exchange, window.key());
      if (proof === undefined) send(exchange.response, 404, 'text/plain', '404 page not found');
      else {
        exchange.response.setHeader(PROOF_HEADER, proof);
        reply(exchange);
      }
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
 * @returns its report; `undefined` without a valid reply and its proof, for example from a program without the key
 */
export function requestWindow({ host, port, key, method }: WindowRequest): Promise<WindowReport | undefined> {
  return new Promise((resolve) => {
    const proof = proofOf(key, { method, port }, Date.now());
    const headers = { [PROOF_HEADER]: proof, 'content-length': 0 };
    const isProven = (found: unknown): boolean =>
      typeof found === 'string' && isProof(found, key, replyTo(proof, port), Date.now());
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
          const valid = response.statusCode === 200 && isProven(response.headers[PROOF_HEADER]);
          resolve(valid ? parseReport(text) : undefined);
        } catch {
          noReport();
        }
      });
    });
    sent.end();
  });
}
