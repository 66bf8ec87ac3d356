/** A minimal HTTP client for tests: one connection per request, and streamed answers line by line. */
import { once } from 'node:events';
import {
  request as httpRequest,
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent unchanged; anything else as JSON. */
  readonly body?: unknown;
  /** Keeps the connection for the next request. Without it, each request has its own connection. */
  readonly agent?: Agent;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A line of a streamed chat; only the fields that tests read. */
export interface Line {
  readonly message?: {
    readonly role: string;
    readonly content: string;
    readonly thinking?: string;
    readonly tool_calls?: readonly WireCall[];
  };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
  readonly total_duration?: number;
  readonly error?: string;
  readonly [field: string]: unknown;
}

export interface WireCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
}

export interface ChatStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The next line; `undefined` at the end. Rejects when the connection breaks. */
  next(): Promise<Line | undefined>;
  /** All further lines, to the end. */
  rest(): Promise<Line[]>;
  disconnect(): void;
}

/** Sends a request and reads the whole response. */
export async function ask(url: string, asked: Ask): Promise<Reply> {
  const response = await send(url, asked);
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text as string;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Sends `POST /api/chat`. Resolves when the response's headers have arrived. */
export async function openChat(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<ChatStream> {
  const response = await send(url, { path: '/api/chat', body, headers });
  const lines = linesOf(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async next() {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    },
    async rest() {
      const all: Line[] = [];
      for await (const line of lines) all.push(line);
      return all;
    },
    disconnect: () => void response.destroy(),
  };
}

/** Sends a chat and disconnects when the signal is aborted, even before the response. Never rejects. */
export async function chatUntil(url: string, body: object, signal: AbortSignal): Promise<void> {
  try {
    const response = await send(url, { path: '/api/chat', body }, signal);
    response.resume();
    await once(response, 'close');
  } catch {
    // Aborted, as intended.
  }
}

/** The next line's text. Skips heartbeat lines, which have none and appear on slow machines. */
export async function firstText(stream: ChatStream): Promise<string | undefined> {
  for (;;) {
    const line = await stream.next();
    if (line?.message?.content !== '') return line?.message?.content;
  }
}

/** The text of all lines. */
export function textOf(lines: readonly Line[]): string {
  return lines.map((line) => line.message?.content ?? '').join('');
}

/** The body of a chat with one user message. */
export function chatOf(content: string, more: object = {}): object {
  return { model: 'claude-sonnet', messages: [{ role: 'user', content }], ...more };
}

async function send(url: string, asked: Ask, signal?: AbortSignal): Promise<IncomingMessage> {
  const { body, headers = {} } = asked;
  const bytes = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const request = httpRequest(url + asked.path, {
    method: asked.method ?? (bytes === undefined ? 'GET' : 'POST'),
    headers: bytes === undefined ? headers : { 'content-length': Buffer.byteLength(bytes), ...headers },
    agent: asked.agent ?? false,
    ...(signal === undefined ? {} : { signal }),
  });
  request.end(bytes);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // From here on, errors are reported to the reader of the response.
  request.on('error', () => undefined);
  return response;
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<Line, void, undefined> {
  let held = '';
  for await (const text of response.setEncoding('utf8')) {
    const parts = (held + (text as string)).split('\n');
    held = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as Line;
  }
  if (held !== '') throw new Error(`the last line has no line feed: ${held.slice(0, 200)}`);
}
