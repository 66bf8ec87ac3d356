/** Who watches chats while they are answered. Watchers get no prompt, no answer and no secret. Pure. */
import type { ChatEvent, Lane } from './chat.js';
import { ChatError } from './errors.js';

/** How far a chat is. `waiting`: for a process of the CLI. `sent`: to the model, which has not answered yet. */
export type ChatPhase = 'waiting' | 'sent' | 'thinking' | 'answering';

/** A chat at its beginning. */
export interface RunningChat {
  /** By which its lines in the log can be found: `#7`. */
  readonly label: string;
  /** Who asks, safe to print; may be empty. */
  readonly client: string;
  /** The catalog's name of the model. */
  readonly model: string;
  readonly lane: Lane;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Ends this chat and no other. Its client is told. */
  cancel(): void;
}

/** What is counted of a chat as its events pass. Times in milliseconds. */
export interface ChatMetrics {
  /** From the request to the first thing the model said. */
  firstTokenMs?: number;
  /** From the first token to the last. */
  outputMs?: number;
  promptTokens?: number;
  outputTokens?: number;
  /** US dollars, where the CLI says so. */
  costUsd?: number;
}

/** How a chat came out. */
export interface ChatOutcome extends Readonly<ChatMetrics> {
  readonly totalMs: number;
  /** What its client was told when it went wrong. */
  readonly error?: string;
  /** Whether somebody ended it: its client, or a person here. Then `error` says who. */
  readonly cancelled: boolean;
}

/** Hears how one chat goes on. */
export interface ChatObserver {
  /** May be told the same phase again and again. */
  phase(phase: ChatPhase): void;
  /** What became of something that Claude wanted to do: `denied: Bash npm test`. */
  permissionDecided(decision: string): void;
  /** Called once, last. */
  end(outcome: ChatOutcome): void;
}

/** Why a chat ends that was cancelled by its watcher. */
export function cancelledInVscode(): ChatError {
  return new ChatError('cancelledByUser', 'This request was cancelled in VS Code.');
}

/** Is told of every chat; what it returns hears the rest. */
export type ObserveChat = (chat: RunningChat) => ChatObserver;

/**
 * Counts an event.
 * @param elapsedMs since the request came
 * @returns the phase that the event shows the chat to be in
 */
export function recordEvent(
  figures: ChatMetrics,
  event: ChatEvent,
  elapsedMs: number,
): ChatPhase | undefined {
  switch (event.type) {
    case 'usage':
      return undefined;
    case 'done':
      figures.promptTokens = event.usage.promptTokens;
      figures.outputTokens = event.usage.outputTokens;
      figures.outputMs = event.timings.outputMs;
      if (event.costUsd !== undefined) figures.costUsd = event.costUsd;
      return undefined;
    case 'thinking':
    case 'text':
    case 'toolCall':
      figures.firstTokenMs ??= elapsedMs;
      return event.type === 'thinking' ? 'thinking' : 'answering';
  }
}

/** The figures for a line of the log: `first 85 ms, total 1204 ms, 12 tokens in, 34 tokens out`. */
export function formatMetrics(figures: Readonly<ChatMetrics> & { readonly totalMs: number }): string {
  const { firstTokenMs, totalMs, promptTokens, outputTokens } = figures;
  return [
    ...(firstTokenMs === undefined ? [] : [`first ${Math.round(firstTokenMs)} ms`]),
    `total ${Math.round(totalMs)} ms`,
    ...(promptTokens === undefined ? [] : [`${promptTokens} tokens in`]),
    ...(outputTokens === undefined ? [] : [`${outputTokens} tokens out`]),
  ].join(', ');
}
