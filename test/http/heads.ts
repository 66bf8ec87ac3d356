/** Requests whose heads are written line by line, and what comes back. */
import assert from 'node:assert/strict';
import { raw, type Rig, USER_HI } from '../support/endpointRig.js';

export interface Parsed {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export function parse(bytes: string): Parsed {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body: bytes.slice(end + 4) };
}

/** One request whose head is made of exactly these lines. */
export async function head(rig: Rig, requestLine: string, ...lines: readonly string[]): Promise<Parsed> {
  return parse(await raw(rig, [requestLine, ...lines, 'Connection: close', '', ''].join('\r\n')));
}

/** Asks for the list of models. */
export const tags = (rig: Rig, ...lines: readonly string[]): Promise<Parsed> =>
  head(rig, 'GET /api/tags HTTP/1.1', ...lines);

/** A refusal says so in JSON, runs nothing, and names no origin that it does not let in. */
export function assertRefused(rig: Rig, reply: Parsed, status: number): void {
  assert.equal(reply.status, status);
  const { error } = JSON.parse(reply.body) as { error: unknown };
  assert.ok(typeof error === 'string' && error !== '');
  assert.deepEqual(rig.backend.requests, []);
}

export const CHAT_BODY = JSON.stringify({ model: 'claude-sonnet', messages: USER_HI });

/** A chat as a page or program would send it. */
export function chatHead(rig: Rig, ...lines: readonly string[]): Promise<Parsed> {
  const length = `Content-Length: ${CHAT_BODY.length}`;
  const bytes = [
    'POST /api/chat HTTP/1.1',
    'Host: localhost',
    ...lines,
    length,
    'Connection: close',
    '',
    CHAT_BODY,
  ];
  return raw(rig, bytes.join('\r\n')).then(parse);
}
