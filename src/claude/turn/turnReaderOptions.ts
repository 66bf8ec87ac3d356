/** What a turn reader must know of the turn that it reads. */
import type { ApiFailuresOptions } from '../process/apiFailure.js';
import type { ReplayFilter } from './replayFilter.js';
import type { StructuredAnswer } from './structuredOutput.js';

/** A turn of the chat lane. It is one message of the model: nothing in it comes from the CLI. */
export interface ChatTurn {
  /** Whether the model may call a tool of that name. */
  readonly isOffered: (tool: string) => boolean;
  /** The text that the client already has, from an earlier attempt to get this answer. */
  readonly sent: ReplayFilter;
  /**
   * Checks the JSON of a structured answer.
   * @returns what does not match the schema; `undefined` if it matches
   */
  readonly checkAnswer: ((json: string) => string | undefined) | undefined;
  /** Whether a structured answer is kept back until it is checked. */
  readonly keepsBack: boolean;
}

export interface TurnReaderOptions extends ApiFailuresOptions {
  /** The uuid of the user message of this turn. */
  readonly uuid: string;
  /** The uuid of the user message of the turn before; its result may be reported a second time. */
  readonly previousUuid?: string | undefined;
  /** Set if the answer is to be JSON. */
  readonly structured?: StructuredAnswer | undefined;
  /** Whether a tool of that name is the client's; calls of other tools stay inside the CLI. */
  readonly isClientTool: (name: string) => boolean;
  /** Whether the client gets only the first call of a message. */
  readonly singleCall?: boolean;
  /** Whether the client gets nothing before the answer is complete, so that another attempt replaces one that was cut. */
  readonly buffered?: boolean | undefined;
  /** Absent in the workspace lane, where the CLI runs tools of its own. */
  readonly chat?: ChatTurn | undefined;
}
