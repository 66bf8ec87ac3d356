/** One request of the CLI as it arrived, for tests to look at. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../src/core/json.js';

/** `answered`: the reply was sent in full. `client`: the client closed first. `cut`: the stand-in destroyed the socket. */
export type Closing = 'answered' | 'client' | 'cut';

/** The parts of a Messages API body that tests and the canned answers read; the rest is in `body`. */
export interface MessagesBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly system?: string | readonly ApiBlock[];
  readonly messages: readonly ApiMessage[];
  readonly tools?: readonly (JsonObject & { readonly name: string })[];
  readonly max_tokens?: number;
  readonly [field: string]: unknown;
}

export interface ApiBlock {
  readonly type: string;
  readonly text?: string;
  readonly [field: string]: unknown;
}

export interface ApiMessage {
  readonly role: string;
  readonly content: string | readonly ApiBlock[];
}

export interface StandInRequest {
  /** 1 for the first messages request of this stand-in. */
  readonly number: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: MessagesBody;
  /** The body's bytes as they came. */
  readonly raw: string;
  /** `performance.now()` when the head of the request arrived. */
  readonly arrivedAt: number;
  /** Settles once, when the exchange is over; never rejects. */
  readonly closed: Promise<Closing>;
}

/** The text of a message, its text blocks joined by line feeds. */
export function textOf(message: ApiMessage): string {
  if (typeof message.content === 'string') return message.content;
  return message.content.flatMap((block) => (block.text === undefined ? [] : [block.text])).join('\n');
}

/** The text of the system prompt, its blocks joined by line feeds. */
export function systemOf(body: MessagesBody): string {
  if (body.system === undefined || typeof body.system === 'string') return body.system ?? '';
  return body.system.flatMap((block) => block.text ?? []).join('\n');
}

/** The request's body as text. Rejects when the client goes away before its end. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Watches one exchange from its start: who ended it, and a signal for when it is over. */
export function watchClosing(response: ServerResponse): {
  readonly closed: Promise<Closing>;
  readonly over: AbortSignal;
  readonly cut: () => void;
} {
  const over = new AbortController();
  let cutByUs = false;
  const closed = new Promise<Closing>((resolve) => {
    response.once('close', () => {
      resolve(cutByUs ? 'cut' : response.writableFinished ? 'answered' : 'client');
      over.abort();
    });
  });
  return {
    closed,
    over: over.signal,
    cut: () => {
      cutByUs = true;
      response.destroy();
    },
  };
}
