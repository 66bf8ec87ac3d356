/** Requests whose heads are written line by line, and their parsed replies. */
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

/** Sends a request whose head has exactly these lines, and `Connection: close`. */
export async function head(rig: Rig, requestLine: string, ...lines: readonly string[]): Promise<Parsed> {
  return parse(await raw(rig, [requestLine, ...lines, 'Connection: close', '', ''].join('\r\n')));
}

/** Sends `GET /api/tags` with these headers. */
export const tags = (rig: Rig, ...lines: readonly string[]): Promise<Parsed> =>
  head(rig, 'GET /api/tags HTTP/1.1', ...lines);

/** Checks that a request was refused: status, a JSON error, and no chat with the backend. */
export function assertRefused(rig: Rig, reply: Parsed, status: number): void {
  assert.equal(reply.status, status);
  const { error } = JSON.parse(reply.body) as { error: unknown };
  assert.ok(typeof error === 'string' && error !== '');
  assert.deepEqual(rig.backend.requests, []);
}

export const CHAT_BODY = JSON.stringify({ model: 'claude-sonnet', messages: USER_HI });

/** Sends a chat with these additional headers. */
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
