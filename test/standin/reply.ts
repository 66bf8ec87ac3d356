/** What a test lets the model say. */
import type { Json, JsonObject } from '../../src/core/json.js';

/** Holds the stream until it settles, so that a test can look at a half-sent answer without sleeping. */
export type Gate = Promise<unknown>;

/**
 * A string is cut into deltas of `pieceSize` code points. An array is sent as it stands: one delta a string, surrogate
 * pairs split where the array splits them; a gate between two strings holds the stream there.
 */
export type Streamed = string | readonly (string | Gate)[];

export interface TextBlock {
  readonly type: 'text';
  readonly text: Streamed;
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: Streamed;
  readonly signature: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  /** An object is written as JSON; otherwise the JSON text itself, which may be broken on purpose. */
  readonly input: JsonObject | Streamed;
}

export type Block = TextBlock | ThinkingBlock | ToolUseBlock;

/** Tokens, as the Messages API counts them: `input_tokens` is what was neither read from nor written to the cache. */
export interface ApiUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'stop_sequence'
  | 'refusal'
  | 'pause_turn'
  | 'model_context_window_exceeded';

/** How fast an answer comes. All times in milliseconds. */
export interface Pace {
  /** Before the first byte of the response. */
  readonly delayMs?: number;
  /** Between two deltas. */
  readonly deltaDelayMs?: number;
  /** Code points in one delta of a string; 16 by default. */
  readonly pieceSize?: number;
  /** Awaited before the first byte of the response. */
  readonly before?: Gate;
}

export interface MessageReply extends Pace {
  readonly kind: 'message';
  readonly content: readonly Block[];
  /** `tool_use` when the last block is one, else `end_turn`. */
  readonly stopReason?: StopReason;
  readonly stopSequence?: string;
  readonly usage?: Partial<ApiUsage>;
  /** The model the API claims to have used; the requested one by default. */
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The stream begins as a message and ends in an `error` event in the middle of the last block of `content`. */
export interface MidStreamErrorReply extends Pace {
  readonly kind: 'midStreamError';
  readonly content: readonly Block[];
  readonly type: string;
  readonly message: string;
}

/** The stream begins as a message; the socket is destroyed in the middle of the last block of `content`. */
export interface CutReply extends Pace {
  readonly kind: 'cut';
  readonly content: readonly Block[];
}

export interface ErrorReply extends Pace {
  readonly kind: 'error';
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Also answers every later request, until another reply is queued behind it. The CLI retries most errors, some of
   * them several times within one attempt that it reports.
   */
  readonly repeat?: boolean;
}

/** No byte until the client goes away. */
export interface HangReply {
  readonly kind: 'hang';
}

export type Reply = MessageReply | MidStreamErrorReply | CutReply | ErrorReply | HangReply;

type MessageOptions = Omit<MessageReply, 'kind' | 'content'>;

/** An answer of one text block. */
export function textReply(text: Streamed, options: MessageOptions = {}): MessageReply {
  return { kind: 'message', content: [{ type: 'text', text }], ...options };
}

/** An answer of any blocks. */
export function messageReply(content: readonly Block[], options: MessageOptions = {}): MessageReply {
  return { kind: 'message', content, ...options };
}

/** An answer that calls one tool. */
export function toolReply(
  call: { id: string; name: string; input: JsonObject | Streamed },
  options: MessageOptions = {},
): MessageReply {
  return { kind: 'message', content: [{ type: 'tool_use', ...call }], ...options };
}

const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** An error response with the `error.type` that the API gives with that status; it repeats. */
export function errorReply(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ErrorReply {
  return {
    kind: 'error',
    status,
    type: TYPE_OF_STATUS[status] ?? 'api_error',
    message,
    headers,
    repeat: true,
  };
}

/** The API's refusal of a plan that is used up until `resetsAt` (seconds since 1970). The CLI does not retry it. */
export function planLimitReply(resetsAt: number): ErrorReply {
  return errorReply(429, 'This request would exceed your account rate limit.', {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-reset': String(resetsAt),
    'anthropic-ratelimit-unified-5h-status': 'rejected',
    'anthropic-ratelimit-unified-5h-reset': String(resetsAt),
    'anthropic-ratelimit-unified-5h-utilization': '1',
    'anthropic-ratelimit-unified-overage-status': 'rejected',
  });
}

/** The headers by which the API tells how much of a plan's two limits is used; resets in seconds since 1970. */
export function planHeaders(
  fiveHours: { readonly used: number; readonly resetsAt: number },
  sevenDays: { readonly used: number; readonly resetsAt: number },
): Readonly<Record<string, string>> {
  const of = (name: string, { used, resetsAt }: typeof fiveHours): Record<string, string> => ({
    [`anthropic-ratelimit-unified-${name}-status`]: 'allowed',
    [`anthropic-ratelimit-unified-${name}-reset`]: String(resetsAt),
    [`anthropic-ratelimit-unified-${name}-utilization`]: String(used),
  });
  return {
    'anthropic-ratelimit-unified-status': 'allowed',
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-reset': String(fiveHours.resetsAt),
    ...of('5h', fiveHours),
    ...of('7d', sevenDays),
  };
}

/** The deltas and gates that a block is streamed in. An empty string gives no delta. */
export function deltasOf(streamed: Streamed | JsonObject, pieceSize: number): readonly (string | Gate)[] {
  if (isList(streamed)) return streamed;
  const text = typeof streamed === 'string' ? streamed : JSON.stringify(streamed);
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < points.length; at += pieceSize)
    pieces.push(points.slice(at, at + pieceSize).join(''));
  return pieces;
}

/** The whole text of a block, gates left out. */
export function wholeOf(streamed: Streamed | JsonObject): string {
  if (isList(streamed)) return streamed.filter((piece) => typeof piece === 'string').join('');
  return typeof streamed === 'string' ? streamed : JSON.stringify(streamed);
}

function isList(streamed: Streamed | JsonObject | Json): streamed is readonly (string | Gate)[] {
  return Array.isArray(streamed);
}
