/** Replies of the stand-in Messages API: what a test makes the model say, and how. */
import type { Json, JsonObject } from '../../src/core/json.js';

/** Pauses the stream until the promise settles, so that a test can inspect a half-sent answer without sleeping. */
export type Gate = Promise<unknown>;

/**
 * Text to stream. A string is split into deltas of `pieceSize` code points. Each string of an array is one delta, even if it
 * splits a surrogate pair; a gate pauses the stream at its position.
 */
export type StreamedText = string | readonly (string | Gate)[];

export interface TextBlock {
  readonly type: 'text';
  readonly text: StreamedText;
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: StreamedText;
  readonly signature: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  /** An object is sent as JSON. Text is sent as it is, so it can be invalid JSON. */
  readonly input: JsonObject | StreamedText;
}

export type Block = TextBlock | ThinkingBlock | ToolUseBlock;

/** Token counts of the Messages API. `input_tokens` excludes tokens read from or written to the cache. */
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

/** How fast a reply is sent. All times in milliseconds. */
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
  /** Default: `tool_use` if the last block is a tool call, else `end_turn`. */
  readonly stopReason?: StopReason;
  readonly stopSequence?: string;
  readonly usage?: Partial<ApiUsage>;
  /** The model that the API reports. Default: the requested one. */
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message whose stream ends with an `error` event inside the last block of `content`. */
export interface MidStreamErrorReply extends Pace {
  readonly kind: 'midStreamError';
  readonly content: readonly Block[];
  readonly type: string;
  readonly message: string;
}

/** A message whose connection is closed inside the last block of `content`. */
export interface DisconnectReply extends Pace {
  readonly kind: 'disconnect';
  readonly content: readonly Block[];
}

export interface ErrorReply extends Pace {
  readonly kind: 'error';
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** HTML to send instead of the API's JSON, as a proxy or a firewall does. */
  readonly page?: string;
  /**
   * Also answers every later request, until another reply is queued after it. The CLI retries most errors, some of them
   * several times for each attempt that it reports.
   */
  readonly repeat?: boolean;
}

/** Sends nothing until the client closes the connection. */
export interface HangReply {
  readonly kind: 'hang';
}

export type Reply = MessageReply | MidStreamErrorReply | DisconnectReply | ErrorReply | HangReply;

type MessageOptions = Omit<MessageReply, 'kind' | 'content'>;

/** A message with one text block. */
export function textReply(text: StreamedText, options: MessageOptions = {}): MessageReply {
  return { kind: 'message', content: [{ type: 'text', text }], ...options };
}

/** A message with any blocks. */
export function messageReply(content: readonly Block[], options: MessageOptions = {}): MessageReply {
  return { kind: 'message', content, ...options };
}

/** A message with one tool call. */
export function toolReply(
  call: { id: string; name: string; input: JsonObject | StreamedText },
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

/** A repeating error response. Its `error.type` is the one that the API uses with that status. */
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

/** A repeating response of a proxy or a firewall, which answers with a web page instead of the API. */
export function pageReply(
  status: number,
  page: string,
  headers: Readonly<Record<string, string>> = {},
): ErrorReply {
  return { ...errorReply(status, '', headers), page };
}

/**
 * The API's error for a plan without remaining usage. The CLI does not retry it.
 * @param resetsAt seconds since 1970
 */
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

/**
 * The headers in which the API reports the usage of a plan's two limits.
 * `used` is from 0 to 1, `resetsAt` in seconds since 1970.
 */
export function planHeaders(
  fiveHours: { readonly used: number; readonly resetsAt: number },
  sevenDays: { readonly used: number; readonly resetsAt: number },
): Readonly<Record<string, string>> {
  const headersOf = (name: string, { used, resetsAt }: typeof fiveHours): Record<string, string> => ({
    [`anthropic-ratelimit-unified-${name}-status`]: 'allowed',
    [`anthropic-ratelimit-unified-${name}-reset`]: String(resetsAt),
    [`anthropic-ratelimit-unified-${name}-utilization`]: String(used),
  });
  return {
    'anthropic-ratelimit-unified-status': 'allowed',
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-reset': String(fiveHours.resetsAt),
    ...headersOf('5h', fiveHours),
    ...headersOf('7d', sevenDays),
  };
}

/** The deltas and gates of a text, in order. An empty string has no delta. */
export function deltasOf(streamed: StreamedText | JsonObject, pieceSize: number): readonly (string | Gate)[] {
  if (isList(streamed)) return streamed;
  const text = typeof streamed === 'string' ? streamed : JSON.stringify(streamed);
  const characters = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += pieceSize)
    pieces.push(characters.slice(at, at + pieceSize).join(''));
  return pieces;
}

/** The complete text, without gates. */
export function fullText(streamed: StreamedText | JsonObject): string {
  if (isList(streamed)) return streamed.filter((piece) => typeof piece === 'string').join('');
  return typeof streamed === 'string' ? streamed : JSON.stringify(streamed);
}

function isList(streamed: StreamedText | JsonObject | Json): streamed is readonly (string | Gate)[] {
  return Array.isArray(streamed);
}
