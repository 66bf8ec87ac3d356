/** Requests of a diagnosis to the own endpoint: as a client sends them, and as nobody should. */
import { request } from 'node:http';
import type { Probe } from './checks.js';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without one it is a GET. */
  readonly body?: object;
  /** Milliseconds. */
  readonly withinMs: number;
}

const MOST_CHARACTERS = 100_000;

/** Never rejects: no answer is a finding, too. */
export function probe({ host, port, path, headers = {}, body, withinMs }: ProbeOptions): Promise<Probe> {
  return new Promise((resolve) => {
    const method = body === undefined ? 'GET' : 'POST';
    const signal = AbortSignal.timeout(withinMs);
    const fail = (error: Error): void => resolve({ status: 0, text: error.message });
    const asked = request({ host, port, path, method, headers, agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (chunk: string) => {
        text = (text + chunk).slice(0, MOST_CHARACTERS);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
