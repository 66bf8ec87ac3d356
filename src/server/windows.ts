/**
 * How windows of the editor speak with each other about the port. They share a key that only this user's programs can
 * read; a request proves that it knows the key without sending it, because who listens there may be anybody.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { request } from 'node:http';
import { attempt } from './observers.js';
import type { Route } from './router.js';
import { ollamaDialect } from '../protocol/ollama/errors.js';
import { type Exchange, send, sendJson } from './exchange.js';

/** What the window that serves tells the others. */
export interface WindowReport {
  /** Where Claude works. */
  readonly folder: string;
  /** Requests at work. */
  readonly requests: number;
}

/** What the window that serves does for the others. */
export interface WindowHost {
  /** `undefined` when there is none, and then nobody is answered. */
  readonly key: () => string | undefined;
  readonly report: () => WindowReport;
  /** Lets go of the port, so that the window that asks can have it. */
  readonly cede: () => void;
}

/** `GET` asks for the report, `POST` for the port. */
export type WindowMethod = 'GET' | 'POST';

export const WINDOW_PATH = '/.window';
const PROOF_HEADER = 'x-window-proof';
/** A proof is of use for that long, so that who has seen one cannot do anything with it later. Milliseconds. */
const PROOF_MS = 10_000;
const ANSWER_MS = 1_000;
const MOST_CHARACTERS = 8_192;

function digest(key: string, method: string, port: number, at: number): Buffer {
  return createHmac('sha256', key).update(`${method} ${port} ${at}`).digest();
}

/** @param at milliseconds since 1970 */
export function proofOf(key: string, method: WindowMethod, port: number, at: number): string {
  return `${at}.${digest(key, method, port, at).toString('hex')}`;
}

/** Whether a proof is of that key, for that method and port, and of now. */
export function isProof(proof: string, key: string, method: string, port: number, now: number): boolean {
  const [, time, hex] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(proof) ?? [];
  if (time === undefined || hex === undefined) return false;
  const at = Number(time);
  return (
    timingSafeEqual(Buffer.from(hex, 'hex'), digest(key, method, port, at)) && Math.abs(now - at) <= PROOF_MS
  );
}

function isFromWindow({ request }: Exchange, key: string | undefined): boolean {
  const { headers, method = '', socket } = request;
  const proof = headers[PROOF_HEADER];
  return (
    key !== undefined &&
    typeof proof === 'string' &&
    isProof(proof, key, method, socket.localPort ?? 0, Date.now())
  );
}

/** The routes for other windows. For everybody else they are not there. */
export function windowRoutes(host: WindowHost): readonly Route[] {
  const route = (method: WindowMethod, answer: (exchange: Exchange) => void): Route => ({
    method,
    path: WINDOW_PATH,
    dialect: ollamaDialect,
    handle(exchange) {
      if (isFromWindow(exchange, host.key())) answer(exchange);
      else send(exchange.response, 404, 'text/plain', '404 page not found');
      return Promise.resolve();
    },
  });
  return [
    route('GET', ({ response }) => sendJson(response, 200, host.report())),
    route('POST', ({ response, log }) => {
      // Not before the answer is out: what follows cuts connections.
      response.once('close', () => attempt(log, 'Letting go of the port', host.cede));
      sendJson(response, 200, host.report());
    }),
  ];
}

function reportIn(text: string): WindowReport | undefined {
  const { folder, requests } = JSON.parse(text) as Partial<Record<keyof WindowReport, unknown>>;
  return typeof folder === 'string' && typeof requests === 'number' ? { folder, requests } : undefined;
}

/**
 * Asks the window that listens there. `POST` makes it let go of the port.
 * @returns its report; `undefined` when it gives none, be it that it does not have the key
 */
export function askWindow(
  host: string,
  port: number,
  key: string,
  method: WindowMethod,
): Promise<WindowReport | undefined> {
  return new Promise((resolve) => {
    const headers = { [PROOF_HEADER]: proofOf(key, method, port, Date.now()), 'content-length': 0 };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const asked = request({ host, port, method, path: WINDOW_PATH, headers, agent: false, signal });
    const nothing = (): void => resolve(undefined);
    asked.on('error', nothing);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', nothing);
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MOST_CHARACTERS) response.destroy();
      });
      response.on('close', () => {
        try {
          resolve(response.statusCode === 200 ? reportIn(text) : undefined);
        } catch {
          nothing();
        }
      });
    });
    asked.end();
  });
}
