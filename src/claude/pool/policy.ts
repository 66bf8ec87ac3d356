/** Which process answers a request. Pure: the pool and its simulator run the same code. */
import type { Lane } from '../../core/chat.js';

/** A process as the policy sees it, with respect to one request. */
export interface Candidate {
  readonly lane: Lane;
  /** As `ConversationState`. */
  readonly state: 'new' | 'empty' | 'busy' | 'idle' | 'emptying' | 'spent';
  /** Its conversation is exactly what comes before the request's question. */
  readonly continues: boolean;
  /** How many turns its conversation shares with the request. */
  readonly shared: number;
  /** It can be set up for the request. */
  readonly fits: boolean;
  /** How much of its set-up the request would change. */
  readonly changes: number;
  /** What its conversation is worth; see `conversationValue`. */
  readonly value: number;
}

/** `use`: that process. `start`: a new one. `end`: first end that one, which makes room. `wait`: until something changes. */
export type Choice<C extends Candidate> =
  | { readonly kind: 'use'; readonly candidate: C }
  | { readonly kind: 'start' }
  | { readonly kind: 'end'; readonly candidate: C }
  | { readonly kind: 'wait' };

export interface Circumstances {
  readonly lane: Lane;
  /** One more process may be started. */
  readonly room: boolean;
  /** A process that was told to end will make room. */
  readonly leaving: boolean;
  /** Processes are started ahead, so that a conversation need not be given up while there is room. */
  readonly prewarm: boolean;
}

/**
 * In this order: the process whose conversation the request continues; the one that shares most of it; one that is empty;
 * the one whose conversation is worth least; and a new one only when all are busy.
 */
export function chooseProcess<C extends Candidate>(
  candidates: readonly C[],
  { lane, room, leaving, prewarm }: Circumstances,
): Choice<C> {
  const own = candidates.filter((candidate) => candidate.lane === lane && candidate.fits);
  const use = (candidate: C): Choice<C> => ({ kind: 'use', candidate });
  const continued = own.find((candidate) => candidate.continues);
  if (continued !== undefined) return use(continued);
  const idle = own.filter((candidate) => candidate.state === 'idle');
  if (lane === 'chat') {
    const shared = least(
      idle.filter((candidate) => candidate.shared > 0),
      (candidate) => -candidate.shared,
    );
    if (shared !== undefined) return use(shared);
  }
  const ready = least(
    own.filter((candidate) => candidate.state === 'empty' || candidate.state === 'new'),
    (candidate) => candidate.changes,
  );
  if (ready !== undefined) return use(ready);
  // Emptying takes milliseconds.
  if (own.some((candidate) => candidate.state === 'emptying')) return { kind: 'wait' };
  if (room && (lane === 'workspace' || !prewarm)) return { kind: 'start' };
  const emptied = lane === 'chat' ? least(idle, (candidate) => candidate.value) : undefined;
  if (emptied !== undefined) return use(emptied);
  if (room) return { kind: 'start' };
  if (leaving) return { kind: 'wait' };
  const useless = least(
    candidates.filter(({ state }) => state === 'empty' || state === 'new' || state === 'idle'),
    (candidate) => (candidate.state === 'idle' ? candidate.value : -1),
  );
  return useless === undefined ? { kind: 'wait' } : { kind: 'end', candidate: useless };
}

/** The first of those with the lowest rank. */
function least<C>(candidates: readonly C[], rank: (candidate: C) => number): C | undefined {
  return candidates.reduce<C | undefined>(
    (best, candidate) => (best === undefined || rank(candidate) < rank(best) ? candidate : best),
    undefined,
  );
}

/** How long the API keeps a prompt in its cache. Milliseconds. */
const CACHE_MS = 5 * 60_000;

/** What a prompt costs that is read from the cache, in proportion to one that is not. */
const CACHE_PRICE = 0.1;

const CHARACTERS_PER_TOKEN = 4;

/**
 * What is lost when a conversation is taken out of its process: its prompt must be paid in full once more, if there is a
 * next turn.
 * @param size of the conversation, characters
 * @param idleMs since its last turn
 * @param continuation how likely a next turn is, from 0 to 1
 */
export function conversationValue(size: number, idleMs: number, continuation: number): number {
  const saved = idleMs < CACHE_MS ? 1 - CACHE_PRICE : CACHE_PRICE;
  return (1 + size / CHARACTERS_PER_TOKEN) * saved * continuation;
}
