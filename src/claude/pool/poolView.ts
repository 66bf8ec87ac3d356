/** Describes the processes of the pool to the policy, and learns from requests how often conversations continue. */
import type { ChatRequest } from '../../core/chat.js';
import { canonicalSetup, type ProcessSetup } from '../conversation/processSetup.js';
import type { Turn } from '../conversation/transcript.js';
import { Continuations, conversationKind } from './continuations.js';
import { conversationValue, type Candidate, type Payer } from './policy.js';
import type { PooledProcess } from './processLimit.js';

export interface ProcessCandidate extends Candidate {
  readonly pooled: PooledProcess;
}

/** What the policy needs to know about a request. */
export interface RequestView {
  readonly setup: ProcessSetup;
  /** The turns before the last user turn. */
  readonly turns: readonly Turn[];
  /** Whether the process has the origin that a new process would have. */
  readonly current: boolean;
}

const NOTHING_SHARED = { shared: 0, continues: false };

function isIdle({ conversation }: PooledProcess): boolean {
  return conversation.state === 'idle';
}

export class PoolView {
  readonly #clock: () => number;
  readonly #continuations = new Continuations();

  readonly #payer: () => Payer;

  /** @param clock monotonic, milliseconds */
  constructor(clock: () => number, payer: () => Payer) {
    this.#clock = clock;
    this.#payer = payer;
  }

  /** Describes a process that may answer this request. */
  candidate(pooled: PooledProcess, { setup, turns, current }: RequestView): ProcessCandidate {
    const { contents } = pooled.conversation;
    const sharing = isIdle(pooled) ? contents.sharedTurns(setup, turns) : NOTHING_SHARED;
    const holdsAnother = isIdle(pooled) && !sharing.continues;
    return {
      ...this.unfit(pooled),
      ...sharing,
      fits:
        sharing.continues || (current && contents.canServe(setup) && (!holdsAnother || contents.canRewind)),
      changes: contents.changesFor(setup),
    };
  }

  /** Describes a process that must not answer the request, but may be ended to make room. */
  unfit(pooled: PooledProcess): ProcessCandidate {
    const { conversation, lane, kind, lastRequestAt } = pooled;
    const continuation = kind === undefined ? 0 : this.#continuations.probability(kind);
    const idleMs = this.#clock() - lastRequestAt;
    const value = isIdle(pooled)
      ? conversationValue({ size: conversation.contents.history.size, idleMs, continuation }, this.#payer())
      : 0;
    return { pooled, lane, state: conversation.state, ...NOTHING_SHARED, fits: false, changes: 0, value };
  }

  /** Records that a process gets this request. */
  recordRequest(pooled: PooledProcess, request: ChatRequest, setup: ProcessSetup): void {
    const kind = conversationKind(request, canonicalSetup(setup));
    const isFirstTurn = !request.messages.some((message) => message.role === 'assistant');
    if (isFirstTurn) this.#continuations.started(kind);
    else if (pooled.isFirstTurn === true) this.#continuations.continued(kind);
    pooled.kind = kind;
    pooled.isFirstTurn = isFirstTurn;
    pooled.lastRequestAt = this.#clock();
  }
}
