/**
 * Estimates how likely a conversation is to continue, from earlier conversations of its kind. Requests for titles and
 * commit messages, for example, never continue. Pure.
 */
import { createHash } from 'node:crypto';
import type { ChatRequest } from '../../core/chat.js';
import { canonicalJson } from '../../core/json.js';

interface Count {
  started: number;
  continued: number;
}

/** What requests that a client makes for the same purpose have in common. */
export interface ConversationKind {
  /** Identifies the set-up. */
  readonly setup: string;
  /** Identifies the set-up and the beginning of the first message. */
  readonly opening: string;
}

/** How much of the first message identifies its purpose. Characters. */
const OPENING_LENGTH = 40;

/** The maximum number of counts; the least recently used one is dropped first. */
const MAX_COUNTS = 1000;

/** @param setup see `canonicalSetup` */
export function conversationKind(request: ChatRequest, setup: string): ConversationKind {
  const first = request.messages.find((message) => message.role === 'user');
  const text = first?.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('') ?? '';
  const digest = digestOf(setup);
  return { setup: digest, opening: digestOf(canonicalJson([digest, text.slice(0, OPENING_LENGTH)])) };
}

/** Short, and the same for texts that differ in digits only: some clients write the time into the system prompt. */
function digestOf(text: string): string {
  return createHash('sha1').update(text.replace(/\d+/g, '0')).digest('base64');
}

export class Continuations {
  readonly #counts = new Map<string, Count>();

  /** Counts a new conversation. */
  started({ setup, opening }: ConversationKind): void {
    for (const key of [setup, opening]) this.#count(key).started++;
  }

  /** Counts a conversation that got its second turn. Later turns do not count. */
  continued({ setup, opening }: ConversationKind): void {
    for (const key of [setup, opening]) this.#count(key).continued++;
  }

  /** The probability of a next turn, from 0 to 1; 0.5 for an unknown kind. */
  probability({ setup, opening }: ConversationKind): number {
    const prior = this.#estimate(setup, 0.5);
    return this.#estimate(opening, prior);
  }

  /** The observed share, mixed with a prior that weighs as much as one conversation. */
  #estimate(key: string, prior: number): number {
    const { started, continued } = this.#counts.get(key) ?? { started: 0, continued: 0 };
    return Math.min(1, (continued + prior) / (started + 1));
  }

  #count(key: string): Count {
    const count = this.#counts.get(key) ?? { started: 0, continued: 0 };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined && this.#counts.size > MAX_COUNTS) this.#counts.delete(oldest);
    return count;
  }
}
