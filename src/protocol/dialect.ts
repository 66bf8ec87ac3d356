/** What the server needs of every dialect. A dialect is a family of routes with its own errors and formats. */
import type { ChatEvent } from '../core/chat.js';
import type { ChatError } from '../core/errors.js';

/** An error as the whole response to a request. */
export interface ErrorReply {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** Whole seconds for the `Retry-After` header (RFC 9110, section 10.2.3). */
  readonly retryAfterSeconds?: number;
}

/** How a dialect formats its errors. `requestId` is the one in the headers of the response, for dialects that repeat it. */
export interface Dialect {
  error(error: ChatError, requestId: string): ErrorReply;
  /** The body (JSON) for a request that was refused with that status before it was read: wrong host, token, … */
  refusal(status: number, message: string, requestId: string): string;
}

/** When a client may retry after a `busy` error that does not tell. */
const BUSY_RETRY_SECONDS = 1;

/** Builds the reply to an error, with the time after which a retry makes sense, where it is known. */
export function errorReply(
  error: ChatError,
  { status, body }: Omit<ErrorReply, 'retryAfterSeconds'>,
): ErrorReply {
  const seconds = error.retryAfterSeconds ?? (error.kind === 'busy' ? BUSY_RETRY_SECONDS : undefined);
  if (seconds === undefined) return { status, body };
  return { status, body, retryAfterSeconds: Math.max(0, Math.ceil(seconds)) };
}

/** An event of a reply. In a reply with several choices, `choice` is the index of the one that the event belongs to. */
export type ReplyEvent = ChatEvent & { readonly choice?: number };

/** Encodes one streamed reply. Has state: create one for each reply and pass it the events in order. */
export interface StreamEncoder {
  readonly contentType: string;
  /** The frames to send for the event, to be written one by one; may be empty. */
  event(event: ReplyEvent): readonly string[];
  /** A frame that keeps the connection open and that clients ignore. */
  heartbeat(): string;
  /** The last frame of a reply that failed after its first frame. */
  failure(error: ChatError): string;
}
