/**
 * How likely a conversation is to go on, learned from conversations of its kind: titles and commit messages never do.
 * Pure.
 */
import type { ChatRequest } from '../../core/chat.js';
import { canonicalJson } from '../../core/json.js';

interface Count {
  started: number;
  continued: number;
}

/** What a request has in common with others that a client makes for the same purpose. */
export interface ConversationKind {
  /** The same client and set-up. */
  readonly setup: string;
  /** The same beginning of the first message, too. */
  readonly opening: string;
}

/** How much of the first message tells what it is for. Characters. */
const OPENING = 40;

/** Kinds that are remembered; the one that was used longest ago is forgotten first. */
const MAX_KINDS = 1000;

/** @param setup the part of the set-up that the whole conversation shares, as a string */
export function conversationKind(request: ChatRequest, setup: string): ConversationKind {
  const first = request.messages.find((message) => message.role === 'user');
  const text = first?.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('') ?? '';
  return { setup, opening: canonicalJson([setup, text.slice(0, OPENING)]) };
}

export class Continuations {
  readonly #counts = new Map<string, Count>();

  /** A conversation has begun. */
  started({ setup, opening }: ConversationKind): void {
    for (const key of [setup, opening]) this.#count(key).started++;
  }

  /** A conversation got its second turn. Later turns do not count. */
  continued({ setup, opening }: ConversationKind): void {
    for (const key of [setup, opening]) this.#count(key).continued++;
  }

  /** From 0 to 1; one half where nothing is known. */
  probability({ setup, opening }: ConversationKind): number {
    const prior = this.#estimate(setup, 0.5);
    return this.#estimate(opening, prior);
  }

  /** What is known, mixed with an expectation that counts as much as one conversation. */
  #estimate(key: string, expected: number): number {
    const { started, continued } = this.#counts.get(key) ?? { started: 0, continued: 0 };
    return Math.min(1, (continued + expected) / (started + 1));
  }

  #count(key: string): Count {
    const count = this.#counts.get(key) ?? { started: 0, continued: 0 };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined && this.#counts.size > MAX_KINDS) this.#counts.delete(oldest);
    return count;
  }
}
