/** What a turn reader must know of the turn that it reads. */
import type { ApiFailuresOptions } from '../process/apiFailure.js';
import type { StructuredAnswer } from './structuredOutput.js';

export interface TurnReaderOptions extends ApiFailuresOptions {
  /** The uuid of the user message of this turn. */
  readonly uuid: string;
  /** The uuid of the user message of the turn before; its result may be reported a second time. */
  readonly previousUuid?: string | undefined;
  /** Set if the answer is to be JSON. */
  readonly structured?: StructuredAnswer | undefined;
  /** Whether a tool of that name is the client's; calls of other tools stay inside the CLI. */
  readonly isClientTool: (name: string) => boolean;
}
