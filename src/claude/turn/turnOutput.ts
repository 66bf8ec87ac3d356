/** What the messages of a turn bring, one by one. */
import type { ChatEvent, DoneReason, Usage } from '../../core/chat.js';
import type { ResultMessage } from '../process/incoming.js';

/** How a turn ended well. */
export interface TurnEnd {
  readonly reason: DoneReason;
  readonly stopSequence?: string;
  readonly usage: Usage;
  /** Absent when the turn was cut before the CLI reported on it. */
  readonly result?: ResultMessage;
}

/** What one message brought. `end` comes once, last. */
export interface TurnStep {
  readonly events: readonly ChatEvent[];
  readonly end?: TurnEnd;
}

/** Where a turn is ended before the CLI ends it. */
export interface Cut {
  readonly type: 'cut';
  readonly reason: 'stop' | 'length';
  readonly stopSequence?: string;
}
