/** The processes of the pool as the policy sees them, and what is learned from the requests that they get. */
import type { ChatRequest } from '../../core/chat.js';
import { canonicalSetup, type ProcessSetup } from '../conversation/processSetup.js';
import type { Turn } from '../conversation/transcript.js';
import { Continuations, conversationKind } from './continuations.js';
import { conversationValue, type Candidate } from './policy.js';
import type { PooledProcess } from './processLimit.js';

export interface ProcessCandidate extends Candidate {
  readonly member: PooledProcess;
}

/** What matters of a request. */
export interface RequestView {
  readonly setup: ProcessSetup;
  /** The turns before the request's question. */
  readonly turns: readonly Turn[];
  /** The process was started from what it would be started from now. */
  readonly current: boolean;
}

const NOTHING_SHARED = { shared: 0, continues: false };

function isIdle({ conversation }: PooledProcess): boolean {
  return conversation.state === 'idle';
}

export class PoolView {
  readonly #clock: () => number;
  readonly #continuations = new Continuations();

  /** @param clock monotonic, milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A process with respect to a request. */
  of(member: PooledProcess, { setup, turns, current }: RequestView): ProcessCandidate {
    const { contents } = member.conversation;
    const sharing = isIdle(member) ? contents.sharedTurns(setup, turns) : NOTHING_SHARED;
    const suits = member.lane === 'workspace' || !contents.tools.conflictsWith(setup.offer);
    return {
      ...this.unfit(member),
      ...sharing,
      fits: sharing.continues || (suits && current),
      changes: contents.changesFor(setup),
    };
  }

  /** A process that must not answer, but may have to end for one that does. */
  unfit(member: PooledProcess): ProcessCandidate {
    const { conversation, lane, kind, turnAt } = member;
    const continuation = kind === undefined ? 0 : this.#continuations.probability(kind);
    const idleMs = this.#clock() - turnAt;
    const value = isIdle(member)
      ? conversationValue(conversation.contents.history.size, idleMs, continuation)
      : 0;
    return { member, lane, state: conversation.state, ...NOTHING_SHARED, fits: false, changes: 0, value };
  }

  /** A process gets a request: learns how often conversations of its kind go on. */
  note(member: PooledProcess, request: ChatRequest, setup: ProcessSetup): void {
    const kind = conversationKind(request, canonicalSetup(setup));
    const begins = !request.messages.some((message) => message.role === 'assistant');
    if (begins) this.#continuations.started(kind);
    else if (member.begun === true) this.#continuations.continued(kind);
    member.kind = kind;
    member.begun = begins;
    member.turnAt = this.#clock();
  }
}
