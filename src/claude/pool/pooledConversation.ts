/** What the pool needs of a process and its conversation. `Conversation` is the real one; the simulator has another. */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest } from '../../core/chat.js';
import type { ConversationState } from '../conversation/conversation.js';
import type { ListedModel } from '../conversation/initialize.js';
import type { ProcessSetup } from '../conversation/processSetup.js';
import type { Turn } from '../conversation/transcript.js';

/** Each member is documented at `Conversation`, `ProcessContents` and `ClaudeProcess`. */
export interface PooledConversation {
  readonly state: ConversationState;
  readonly process: {
    readonly alive: boolean;
    readonly pid: number | undefined;
    readonly ended: Promise<unknown>;
    terminateNow(): void;
  };
  readonly contents: {
    readonly conversations: number;
    readonly canRewind: boolean;
    readonly rewindFailed: boolean;
    readonly history: { readonly size: number };
    canServe(setup: ProcessSetup): boolean;
    sharedTurns(setup: ProcessSetup, turns: readonly Turn[]): { shared: number; continues: boolean };
    changesFor(setup: ProcessSetup): number;
  };
  ask(
    request: ChatRequest,
    signal: AbortSignal,
    observer: BackendObserver,
  ): AsyncGenerator<ChatEvent, void, void>;
  models(): Promise<readonly ListedModel[]>;
  warmUp(): void;
  empty(): Promise<void>;
  end(): Promise<void>;
}
