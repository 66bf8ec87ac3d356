/** The contract of a backend that runs the Claude CLI, shared by its driver and by the programs that embed it. */
import type { ChatBackend } from './backend.js';

/** When processes are started ahead of requests. `whileInUse`: until some time after the last request. */
export const PREWARM_MODES = ['always', 'whileInUse', 'never'] as const;
export type Prewarm = (typeof PREWARM_MODES)[number];

export interface BackendLimits {
  /**
   * CLI processes alive at once, prewarmed ones included. As many requests are answered at once. `auto`: by the memory of the
   * machine.
   */
  readonly processes: number | 'auto';
  /** Requests that may wait in the queue. */
  readonly queue: number;
  /** How long a conversation is kept in its process for the next turn. Milliseconds. */
  readonly idleMs: number;
  readonly prewarm: Prewarm;
  /** How long after the last request `whileInUse` keeps all processes ready. Milliseconds. */
  readonly useMs: number;
  /** How long after it `whileInUse` keeps two processes of the chat lane ready. Milliseconds. */
  readonly pauseMs: number;
  /** A process that uses more memory than this serves no further conversation. Bytes. */
  readonly processBytes: number;
  /** How long the CLI may take to send its first message. Milliseconds. */
  readonly reactionMs: number;
  /** How long the CLI may be silent between two messages. Milliseconds. */
  readonly silenceMs: number;
}

/** The limits that the user can set; the backend has defaults for the others. */
export type UserLimits = Pick<BackendLimits, 'processes' | 'queue' | 'idleMs' | 'prewarm'>;

/** The installed CLI. */
export interface CliInfo {
  readonly path: string;
  readonly version: string;
  readonly signedIn: boolean;
  /** Who pays, to be shown to the user: `API key (ANTHROPIC_API_KEY)`, `Claude Max plan`. Absent when it is not known. */
  readonly payer?: string;
}

/** The installed CLI with the details that a diagnosis needs. */
export interface CliDiagnosis extends CliInfo {
  /** How `path` was found, to be shown to the user: `PATH`, a setting, … */
  readonly source: string;
  /** Flags that the driver needs and this version of the CLI does not know. */
  readonly missingFlags: readonly string[];
  /** Whether this version of the CLI has failed to make its processes usable again, so that answers start later. */
  readonly cannotReuse: boolean;
}

export interface BackendActivity {
  /** Requests being answered. */
  readonly running: number;
  /** Requests waiting in the queue. */
  readonly waiting: number;
  /** Processes alive: answering, kept for the next turn of a conversation, or prewarmed. */
  readonly processes: number;
}

/** The activity of a backend that has nothing to do. */
export const IDLE: BackendActivity = { running: 0, waiting: 0, processes: 0 };

/** A backend with processes of the CLI behind it. */
export interface CliBackend extends ChatBackend {
  /** @throws ChatError `cliMissing` or `cliTooOld` */
  describe(): Promise<CliInfo>;
  /** @throws ChatError `cliMissing` or `cliTooOld` */
  inspect(): Promise<CliDiagnosis>;
  activity(): BackendActivity;
  /** Refuses new requests and ends every process, within a bounded time. */
  close(): Promise<void>;
  /** Signals every process to end without waiting for it, for the moment in which this program exits. */
  closeNow(): void;
}
