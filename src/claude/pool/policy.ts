/** Chooses the process that answers a request. Pure. */
import type { Lane } from '../../core/chat.js';

/** What the policy knows about a process with respect to one request. */
export interface Candidate {
  readonly lane: Lane;
  /** See `ConversationState`. */
  readonly state: 'new' | 'empty' | 'busy' | 'idle' | 'emptying' | 'spent';
  /** Whether its conversation consists of exactly the turns before the request's last user turn. */
  readonly continues: boolean;
  /** How many turns its conversation has in common with the request. */
  readonly shared: number;
  /** Whether it can be set up for the request. */
  readonly fits: boolean;
  /** How much of its set-up the request would change; see `ProcessContents.changesFor`. */
  readonly changes: number;
  /** The value of its conversation; see `conversationValue`. */
  readonly value: number;
}

/**
 * `use`: use this process. `start`: start a new one. `end`: end this process to make room, then choose again. `wait`: choose
 * again after a change.
 */
export type Choice<C extends Candidate> =
  | { readonly kind: 'use'; readonly candidate: C }
  | { readonly kind: 'start' }
  | { readonly kind: 'end'; readonly candidate: C }
  | { readonly kind: 'wait' };

export interface Circumstances {
  readonly lane: Lane;
  /** Whether one more process may be started. */
  readonly room: boolean;
  /** Whether a process that was told to end will soon make room. */
  readonly ending: boolean;
  /** Whether processes are started before they are needed. */
  readonly prewarm: boolean;
}

/**
 * The order of preference: the process whose conversation the request continues, the one that shares the most turns, an
 * empty one, the one whose conversation has the least value, and a new one only if all are busy.
 * Without `prewarm`, a new process is preferred to giving up a conversation.
 */
export function chooseProcess<C extends Candidate>(
  candidates: readonly C[],
  { lane, room, ending, prewarm }: Circumstances,
): Choice<C> {
  const own = candidates.filter((candidate) => candidate.lane === lane && candidate.fits);
  const use = (candidate: C): Choice<C> => ({ kind: 'use', candidate });
  const continued = own.find((candidate) => candidate.continues);
  if (continued !== undefined) return use(continued);
  const idle = own.filter((candidate) => candidate.state === 'idle');
  const shared = least(
    idle.filter((candidate) => candidate.shared > 0),
    (candidate) => -candidate.shared,
  );
  if (shared !== undefined) return use(shared);
  const ready = least(
    own.filter((candidate) => candidate.state === 'empty' || candidate.state === 'new'),
    (candidate) => candidate.changes,
  );
  if (ready !== undefined) return use(ready);
  // Emptying takes milliseconds.
  if (own.some((candidate) => candidate.state === 'emptying')) return { kind: 'wait' };
  if (room && !prewarm) return { kind: 'start' };
  const leastValuable = least(idle, (candidate) => candidate.value);
  if (leastValuable !== undefined) return use(leastValuable);
  if (room) return { kind: 'start' };
  if (ending) return { kind: 'wait' };
  const endable = least(
    candidates.filter(({ state }) => state === 'empty' || state === 'new' || state === 'idle'),
    (candidate) => (candidate.state === 'idle' ? candidate.value : -1),
  );
  return endable === undefined ? { kind: 'wait' } : { kind: 'end', candidate: endable };
}

/** The first candidate with the lowest rank. */
function least<C>(candidates: readonly C[], rank: (candidate: C) => number): C | undefined {
  return candidates.reduce<C | undefined>(
    (best, candidate) => (best === undefined || rank(candidate) < rank(best) ? candidate : best),
    undefined,
  );
}

/** How long the API keeps a prompt in its cache: 5 minutes for users of a key, an hour with a plan. Milliseconds. */
export const CACHE_MS = { key: 5 * 60_000, plan: 60 * 60_000 } as const;

/** Prices of the API, as fractions of the full price: a cached prompt, and a prompt that is written to the cache. */
const READ_PRICE = 0.1;
const WRITE_PRICE = { key: 1.25, plan: 2 } as const;

/** What the time for replaying a history is worth, per token of the history. */
const REPLAY_COST = 0.05;

const CHARACTERS_PER_TOKEN = 4;

/** Who pays for the requests. */
export type Payer = keyof typeof CACHE_MS;

export interface IdleConversation {
  /** The length of the conversation in characters. */
  readonly size: number;
  /** The time since its last turn in milliseconds. */
  readonly idleMs: number;
  /** The probability of a next turn, from 0 to 1. */
  readonly continuation: number;
}

/**
 * The expected loss when a conversation is removed from its process: if there is a next turn, its history is replayed. A
 * replayed history differs from the cached one, so it is written to the cache again instead of being read. In tokens at the
 * full price.
 */
export function conversationValue({ size, idleMs, continuation }: IdleConversation, payer: Payer): number {
  const lost = idleMs < CACHE_MS[payer] ? WRITE_PRICE[payer] - READ_PRICE : 0;
  return (1 + size / CHARACTERS_PER_TOKEN) * (lost + REPLAY_COST) * continuation;
}
