/** What reading a turn produces. */
import type { ChatEvent, DoneReason, Usage } from '../../core/chat.js';
import type { ResultMessage } from '../process/incoming.js';

/** A turn that ended without an error. */
export interface TurnEnd {
  readonly reason: DoneReason;
  readonly stopSequence?: string;
  readonly usage: Usage;
  /** Absent if the answer was complete before the CLI reported its result. */
  readonly result?: ResultMessage;
}

/** The events that one message adds to an answer, and the end of the turn if the message ends it. */
export interface TurnOutput {
  readonly events: readonly ChatEvent[];
  readonly end?: TurnEnd;
  /** All earlier events are void: the answer begins again. Only if the client has received none of them. */
  readonly restarts?: true;
  /** So many characters at the end of the text are void: the message is requested again. As `restarts`, for one message. */
  readonly takesBack?: number;
  /** The answer is complete, but the CLI is about to ask the model again. */
  readonly early?: TurnEnd;
}

/** A limit of the request is reached: the answer ends here, before the CLI ends it. */
export interface LimitReached {
  readonly type: 'limitReached';
  readonly reason: 'stop' | 'length';
  /** With `stop`: the stop sequence that was found. */
  readonly stopSequence?: string;
}

/** The structured answer does not match its schema, and the client has received no part of it. */
export interface RejectedAnswer {
  /** The id of the tool call that holds it. */
  readonly callId: string;
  /** What does not match, for the model. */
  readonly problem: string;
}
