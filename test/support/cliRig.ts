/** The real backend with the real CLI, which talks to the stand-in API. */
import type { PlanUsage } from '../../src/core/planUsage.js';
import type { ChatEvent, ChatMessage, ChatRequest } from '../../src/core/chat.js';
import { silentLogger, type Logger } from '../../src/core/log.js';
import { createClaudeBackend } from '../../src/claude/backend.js';
import type { BackendLimits, CliBackend } from '../../src/core/cliBackend.js';
import type { WorkspaceOptions } from '../../src/claude/workspace/lanes.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment, type StandInEnvironment } from '../standin/environment.js';
import { startStandIn, type StandIn, type StandInOptions } from '../standin/server.js';

export interface CliRig {
  readonly standIn: StandIn;
  readonly environment: StandInEnvironment;
  readonly backend: CliBackend;
  /** What the backend has reported about the plan's limits. */
  readonly allowances: readonly PlanUsage[];
  /** Closes everything. Rejects if the stand-in got an unexpected request, unless `lenient`. */
  close(options?: { lenient?: boolean }): Promise<void>;
}

export interface CliRigOptions {
  readonly cli?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Logger;
  /** Default: no process is prewarmed. */
  readonly limits?: Partial<BackendLimits>;
  /** Replies to requests for which none is queued. */
  readonly respond?: StandInOptions['respond'];
  /** Without it there is no workspace lane. */
  readonly workspace?: Partial<WorkspaceOptions>;
}

export async function startCliRig(options: CliRigOptions = {}): Promise<CliRig> {
  const standIn = await startStandIn(options.respond === undefined ? {} : { respond: options.respond });
  const environment = await standInEnvironment(standIn.url, options.env);
  const allowances: PlanUsage[] = [];
  const backend = createClaudeBackend({
    claudePath: options.cli ?? devCli(),
    folder: environment.workspace,
    env: environment.env,
    log: options.log ?? silentLogger,
    version: '0.0.0',
    limits: options.limits ?? { prewarm: 'never' },
    ...(options.workspace === undefined
      ? {}
      : { workspace: { permissions: 'readOnly', moreFolders: [], ...options.workspace } }),
    onPlanUsage: (allowance) => allowances.push(allowance),
  });
  return {
    standIn,
    environment,
    backend,
    allowances,
    async close(closeOptions) {
      await backend.close();
      await environment.dispose();
      await standIn.close(closeOptions);
    },
  };
}

export function user(text: string): ChatMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}

export function assistant(text: string): ChatMessage {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}

export function request(messages: readonly ChatMessage[], more: Partial<ChatRequest> = {}): ChatRequest {
  return { lane: 'chat', model: 'sonnet', system: '', messages, tools: [], stop: [], ...more };
}

export interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly events: readonly ChatEvent[];
  readonly done: Extract<ChatEvent, { type: 'done' }>;
}

/** Collects an answer to its end. */
export async function answerOf(events: AsyncIterable<ChatEvent>): Promise<Answer> {
  const all: ChatEvent[] = [];
  for await (const event of events) all.push(event);
  const done = all.at(-1);
  if (done?.type !== 'done') throw new Error('the answer ended without done');
  const join = (type: 'text' | 'thinking'): string =>
    all.flatMap((event) => (event.type === type ? [event.text] : [])).join('');
  return { text: join('text'), thinking: join('thinking'), events: all, done };
}

/** A signal that is never aborted. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
