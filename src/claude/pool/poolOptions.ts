/** What the pool is given. */
import type { Lane } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import type { Payer } from './policy.js';
import type { PooledConversation } from './pooledConversation.js';
import type { PrewarmLimits } from './prewarmer.js';
import type { Origin, PooledProcess } from './processLimit.js';

export interface PoolLimits extends PrewarmLimits {
  /** The maximum number of live processes. */
  readonly processes: number;
  /** How long an idle conversation is kept for its next turn. Milliseconds. */
  readonly idleMs: number;
  /** How often stale processes are looked for. Milliseconds. */
  readonly checkMs: number;
}

export interface PoolOptions {
  readonly limits: PoolLimits;
  /** Starts a process of this lane. @throws ChatError */
  readonly start: (lane: Lane) => Promise<PooledProcess>;
  /** What a process of this lane would be started from now. @throws ChatError if there is no usable CLI */
  readonly origin: (lane: Lane) => Promise<Origin>;
  /** Whether a process is too large or too old to serve another conversation. Never rejects. */
  readonly mustReplace: (conversation: PooledConversation) => Promise<boolean>;
  /** Who pays for the requests, as far as it is known. */
  readonly payer: () => Payer;
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
}
