/** What the server needs of every dialect. The dialects are beside this file, one folder each. */
import type { ChatEvent } from '../core/chat.js';
import type { ChatError } from '../core/errors.js';

/** An error before anything was sent. */
export interface ErrorReply {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** For the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
}

/** How a family of routes words its errors. */
export interface Dialect {
  error(error: ChatError): ErrorReply;
  /** For a request that the guard refused with that status before anything was understood of it. */
  refusal(status: number, message: string): string;
}

/** Writes one streamed answer. Has state: one encoder an answer, events in their order. */
export interface StreamEncoder {
  readonly contentType: string;
  /** What to send for the event: whole frames, to be written one by one; none for nothing. */
  event(event: ChatEvent): readonly string[];
  /** A frame that changes nothing for the client and shows that the connection lives. */
  heartbeat(): string;
  /** The last frame of an answer that failed after its first frame. */
  failure(error: ChatError): string;
}
