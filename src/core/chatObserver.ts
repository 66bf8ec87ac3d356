/** Observing chats while they run. Observers get no prompt, no answer and no secret. */
import type { ChatEvent, Lane } from './chat.js';
import { ChatError } from './errors.js';

/** How far a chat is. `waiting`: for a process of the CLI. `sent`: to the model, which has not answered yet. */
export type ChatPhase = 'waiting' | 'sent' | 'thinking' | 'answering';

/** A chat that has just begun, as observers see it. */
export interface RunningChat {
  /** Identifies the chat in the log: `#7`. */
  readonly label: string;
  /** The id that an HTTP client got in the headers of its response. */
  readonly requestId?: string;
  /** The client's name, safe to print; may be empty. */
  readonly client: string;
  /** The catalog's name of the model. */
  readonly model: string;
  /** The name that the client requested, safe to print; absent where the user chose from a list. */
  readonly requestedModel?: string;
  /** The full id of the model that answers; absent for the CLI's default. */
  readonly answeringModel?: string;
  readonly lane: Lane;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Cancels this chat only. The client gets an error. */
  cancel(): void;
}

/**
 * Measurements of a chat, filled in as its events pass. Times in milliseconds. Those of a request with several answers are
 * the sums of all that are complete; only the time of the first output is the earliest one.
 */
export interface ChatMetrics {
  /** From the request to the first output of the model. */
  firstTokenMs?: number;
  /** How long the model sent content, see `Timings.outputMs`. */
  outputMs?: number;
  promptTokens?: number;
  outputTokens?: number;
  /** US dollars, where the CLI reports the cost. */
  costUsd?: number;
}

/** The outcome of a chat. */
export interface ChatOutcome extends Readonly<ChatMetrics> {
  readonly totalMs: number;
  /** The error message that the client got. */
  readonly error?: string;
  /** Whether the client, the user or a stopping server ended the chat early. `error` tells which. */
  readonly cancelled: boolean;
  /** Whether it ended early because the client disconnected. */
  readonly disconnected?: boolean;
}

/** Is notified of the progress of one chat. */
export interface ChatObserver {
  /** May be called with the same phase repeatedly. */
  phase(phase: ChatPhase): void;
  /** A permission request was decided: `denied: Bash npm test`. */
  permissionDecided(decision: string): void;
  /** Called once, last. */
  end(outcome: ChatOutcome): void;
}

/** Is called for every chat that begins; returns the observer of that chat. */
export type ObserveChat = (chat: RunningChat) => ChatObserver;

/** The error of a chat that the user cancelled in VS Code. */
export function cancelledInVscode(): ChatError {
  return new ChatError('cancelledByUser', 'This request was cancelled in VS Code.');
}

/**
 * Updates the metrics of a chat with an event.
 * @param elapsedMs since the request arrived
 * @returns the phase that the event shows, or `undefined` when it shows none
 */
export function recordEvent(
  metrics: ChatMetrics,
  event: ChatEvent,
  elapsedMs: number,
): ChatPhase | undefined {
  switch (event.type) {
    case 'usage':
      return undefined;
    case 'done':
      metrics.promptTokens = (metrics.promptTokens ?? 0) + event.usage.promptTokens;
      metrics.outputTokens = (metrics.outputTokens ?? 0) + event.usage.outputTokens;
      metrics.outputMs = (metrics.outputMs ?? 0) + event.timings.outputMs;
      if (event.costUsd !== undefined) metrics.costUsd = (metrics.costUsd ?? 0) + event.costUsd;
      return undefined;
    case 'thinking':
    case 'text':
    case 'toolCall':
      metrics.firstTokenMs ??= elapsedMs;
      return event.type === 'thinking' ? 'thinking' : 'answering';
  }
}

/** Content that arrived within this time arrived at once, so that its speed is not known. Milliseconds. */
const MIN_OUTPUT_MS = 100;

/** `70 tokens/s`, from the first content of the model to its last; `undefined` if the answer arrived at once. */
export function formatSpeed({ outputTokens, outputMs = 0 }: Readonly<ChatMetrics>): string | undefined {
  if (outputTokens === undefined || outputMs < MIN_OUTPUT_MS) return undefined;
  const perSecond = (outputTokens * 1000) / outputMs;
  return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} tokens/s`;
}

/** Metrics for a line of the log: `first 85 ms, total 1204 ms, 12 tokens in, 34 tokens out, 30 tokens/s`. */
export function formatMetrics(metrics: Readonly<ChatMetrics> & { readonly totalMs: number }): string {
  const { firstTokenMs, totalMs, promptTokens, outputTokens } = metrics;
  const speed = formatSpeed(metrics);
  return [
    ...(firstTokenMs === undefined ? [] : [`first ${Math.round(firstTokenMs)} ms`]),
    `total ${Math.round(totalMs)} ms`,
    ...(promptTokens === undefined ? [] : [`${promptTokens} tokens in`]),
    ...(outputTokens === undefined ? [] : [`${outputTokens} tokens out`]),
    ...(speed === undefined ? [] : [speed]),
  ].join(', ');
}
