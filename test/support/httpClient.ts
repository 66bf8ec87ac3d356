/** A client as small as can be: one connection a request, and the lines of an answer as they come. */
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
  /** A string goes as it is; anything else as JSON. */
  readonly body?: unknown;
  /** Keeps the connection for the next request; without one, each has its own. */
  readonly agent?: Agent;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One line of a streamed chat; the fields that tests read. */
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
  /** All that is still to come. */
  rest(): Promise<Line[]>;
  /** Goes away. */
  leave(): void;
}

/** The whole answer to one request. */
export async function ask(url: string, asked: Ask): Promise<Reply> {
  const response = await send(url, asked);
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text as string;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Posts a chat and gives the answer's lines. Resolves with the head of the answer. */
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
    leave: () => void response.destroy(),
  };
}

/** Sends a chat and goes away, without having waited for any answer, when the signal says so. Never rejects. */
export async function chatUntil(url: string, body: object, signal: AbortSignal): Promise<void> {
  try {
    const response = await send(url, { path: '/api/chat', body }, signal);
    response.resume();
    await once(response, 'close');
  } catch {
    // Going away is the point.
  }
}

/** The next words. What comes before them on a slow machine are lines that only say that it is alive. */
export async function firstText(stream: ChatStream): Promise<string | undefined> {
  for (;;) {
    const line = await stream.next();
    if (line?.message?.content !== '') return line?.message?.content;
  }
}

/** All text of an answer. */
export function textOf(lines: readonly Line[]): string {
  return lines.map((line) => line.message?.content ?? '').join('');
}

/** A chat of one user message with the CLI's `sonnet`. */
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
  // What breaks later is told to who reads; an abandoned answer has no reader.
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
