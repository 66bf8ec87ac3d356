/** What a conversation needs from its surroundings. */
import type { ChatError } from '../../core/errors.js';
import type { PlanUsage } from '../../core/planUsage.js';
import type { ResultMessage } from '../process/incoming.js';
import type { WorkspaceServices } from '../workspace/lanes.js';
import type { CheckAnswer } from './askModel.js';
import type { ModelTraitsMemory } from './modelTraits.js';
import type { Environment } from './processSetup.js';
import type { Rewinds } from './rewinds.js';

export interface ConversationOptions {
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  /** Called with each result, which has information about models. */
  readonly onResult: (result: ResultMessage) => void;
  /** Called when the process has ended while a message was awaited. */
  readonly onCrash: (error: ChatError) => void;
  /** Called when the CLI reports the plan's limits. */
  readonly onPlanUsage: (planUsage: PlanUsage) => void;
  /** How long the CLI may take until its first message. Milliseconds. */
  readonly reactionMs: number;
  /** How long the CLI may take between two messages. Milliseconds. */
  readonly silenceMs: number;
  /** The environment in which the process was started. */
  readonly environment: Environment;
  readonly models: ModelTraitsMemory;
  /** Of the CLI that runs in the process. */
  readonly version: string;
  /** Of that version. */
  readonly rewinds: Rewinds;
  /** Checks structured answers of the chat lane. */
  readonly checkAnswer: CheckAnswer;
  /** In the workspace lane only. */
  readonly services: WorkspaceServices | undefined;
}
