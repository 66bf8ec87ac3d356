/** Sends requests to the extension's own server, for the diagnostics. */
import { request } from 'node:http';
import type { Probe } from './checks.js';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON with POST. Without a body, the request is a GET. */
  readonly body?: object;
  readonly timeoutMs: number;
}

const MAX_CHARACTERS = 100_000;

/** Never rejects: a missing reply is a finding, too. Uses `node:http`, because `fetch` does not let it set `Host`. */
export function probe({ host, port, path, headers = {}, body, timeoutMs }: ProbeOptions): Promise<Probe> {
  return new Promise((resolve) => {
    const method = body === undefined ? 'GET' : 'POST';
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: Error): void => resolve({ status: 0, text: error.message });
    const sent = request({ host, port, path, method, headers, agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (chunk: string) => {
        text = (text + chunk).slice(0, MAX_CHARACTERS);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', fail);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
