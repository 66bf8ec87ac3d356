/** A request of the CLI to the stand-in, as tests inspect it. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../src/core/json.js';
import type { PromptUsage } from './promptCache.js';

/**
 * How an exchange ended. `answered`: the complete reply was sent. `client`: the client closed the connection first.
 * `standIn`: the stand-in closed the connection.
 */
export type ExchangeEnd = 'answered' | 'client' | 'standIn';

/** The body of a Messages API request, with types for the fields that tests and the canned reply read. */
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
  /** Counts the messages requests of this stand-in, from 1. */
  readonly number: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: MessagesBody;
  /** The body as text. */
  readonly raw: string;
  /** What the API charges for the prompt. */
  readonly promptUsage: PromptUsage;
  /** `performance.now()` when the head of the request arrived. */
  readonly arrivedAt: number;
  /** Resolves at the end of the exchange. Never rejects. */
  readonly closed: Promise<ExchangeEnd>;
}

/** The text blocks of a message, joined by line feeds. */
export function textOf(message: ApiMessage): string {
  if (typeof message.content === 'string') return message.content;
  return message.content.flatMap((block) => (block.text === undefined ? [] : [block.text])).join('\n');
}

/** The text blocks of the system prompt, joined by line feeds. */
export function systemOf(body: MessagesBody): string {
  if (body.system === undefined || typeof body.system === 'string') return body.system ?? '';
  return body.system.flatMap((block) => block.text ?? []).join('\n');
}

/** Reads the body as text. Rejects if the client closes the connection before its end. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** An exchange in progress. */
export interface ExchangeWatch {
  readonly closed: Promise<ExchangeEnd>;
  /** Aborted at the end of the exchange. */
  readonly ended: AbortSignal;
  /** Closes the connection. */
  readonly disconnect: () => void;
}

/** Watches an exchange from its start. */
export function watchExchange(response: ServerResponse): ExchangeWatch {
  const ended = new AbortController();
  let disconnected = false;
  const closed = new Promise<ExchangeEnd>((resolve) => {
    response.once('close', () => {
      resolve(disconnected ? 'standIn' : response.writableFinished ? 'answered' : 'client');
      ended.abort();
    });
  });
  return {
    closed,
    ended: ended.signal,
    disconnect: () => {
      disconnected = true;
      response.destroy();
    },
  };
}
