/** Runs a trace with the pool of the product on a simulated machine. Only the CLI and the model are simulated. */
import type { ChatMessage, ChatRequest } from '../../../src/core/chat.js';
import { asChatError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/log.js';
import type { Prewarm } from '../../../src/core/cliBackend.js';
import { DEFAULT_LIMITS, POOL_TIMES } from '../../../src/claude/backend.js';
import { answerInTurn } from '../../../src/claude/pool/answerInTurn.js';
import { FairQueue } from '../../../src/claude/pool/fairQueue.js';
import { Pool } from '../../../src/claude/pool/pool.js';
import { playTrace } from '../workloads/playTrace.js';
import {
  answerOfRequest,
  systemOfRequest,
  toolName,
  turnsOf,
  type Trace,
  type TraceTurn,
} from '../workloads/trace.js';
import { MEASURED, type Costs } from './costs.js';
import { Processors } from './processors.js';
import { SimulatedConversation } from './simulatedConversation.js';
import { withVirtualTime, type VirtualTime } from './virtualTime.js';

export interface SimulationOptions {
  /** The setting `maxProcesses`. */
  readonly processes: number;
  readonly prewarm?: Prewarm;
  readonly idleMs?: number;
  readonly processors?: number;
  readonly costs?: Costs;
}

/** What happened to a request of the trace. Times since the start of the trace, in milliseconds. */
export interface SimulatedRequest {
  readonly kind: string;
  readonly sentAt: number;
  /** When it was at the API; `undefined` if the client disconnected before. */
  readonly atApi: number | undefined;
  /** Whether its process could be set up before the request was sent; `undefined` if it got none. */
  readonly warm: boolean | undefined;
  readonly outcome: 'answered' | 'cancelled' | 'failed';
}

export interface Simulation {
  /** In the order of the trace. */
  readonly requests: readonly SimulatedRequest[];
  /** The most processes that were alive at once. */
  readonly mostProcesses: number;
  readonly starts: number;
}

const QUEUE = 1000;
const ORIGIN = { cli: '1', project: '', day: 'today' };

/** @throws Error if a request is never answered */
export function simulate(trace: Trace, options: SimulationOptions): Promise<Simulation> {
  return withVirtualTime((time) => run(trace, options, time));
}

async function run(trace: Trace, options: SimulationOptions, time: VirtualTime): Promise<Simulation> {
  const { processes, prewarm = DEFAULT_LIMITS.prewarm, idleMs = DEFAULT_LIMITS.idleMs } = options;
  const indexes = new Map<ChatRequest, number>();
  const served = new Map<number, SimulatedConversation>();
  let alive = 0;
  let mostProcesses = 0;
  let starts = 0;
  const machine = {
    time,
    processors: new Processors(options.processors ?? 2, time),
    costs: options.costs ?? MEASURED,
    calledTool: toolName(0),
    answerTo: (request: ChatRequest) => {
      const index = indexes.get(request)!;
      const { firstTokenMs, streamMs } = trace.requests[index]!;
      return { ...answerOfRequest(trace, index), firstTokenMs, streamMs };
    },
    onAsk: (request: ChatRequest, process: SimulatedConversation) =>
      void served.set(indexes.get(request)!, process),
  };
  const pool = new Pool({
    limits: { ...DEFAULT_LIMITS, ...POOL_TIMES, processes, prewarm, idleMs },
    start: (lane) => {
      const conversation = new SimulatedConversation(machine);
      starts += 1;
      alive += 1;
      mostProcesses = Math.max(mostProcesses, alive);
      void conversation.process.ended.then(() => (alive -= 1)); // never rejects
      const startedAt = time.now();
      return Promise.resolve({ conversation, lane, origin: ORIGIN, startedAt, lastRequestAt: startedAt });
    },
    origin: () => Promise.resolve(ORIGIN),
    mustReplace: () => Promise.resolve(false),
    payer: () => 'key',
    clock: time.now,
    log: silentLogger,
  });
  const queue = new FairQueue(processes, QUEUE, () => undefined);
  const results = await playTrace(trace, { wait: time.wait, send });
  await pool.close();
  return { requests: results.filter((result) => result !== undefined), mostProcesses, starts };

  async function send(index: number, signal: AbortSignal): Promise<SimulatedRequest> {
    const { kind } = trace.requests[index]!;
    const sentAt = time.now();
    const request = chatRequest(trace, index);
    indexes.set(request, index);
    let atApi: number | undefined;
    const observer = {
      requestSent: () => void (atApi = time.now()),
      retrying: () => undefined,
      answering: () => undefined,
      permissionDecided: () => undefined,
    };
    let outcome: SimulatedRequest['outcome'] = 'answered';
    try {
      const events = answerInTurn({ queue, pool, log: silentLogger }, request, signal, observer);
      for await (const _ of events);
    } catch (error) {
      outcome = asChatError(error).kind === 'cancelled' ? 'cancelled' : 'failed';
    }
    const process = served.get(index);
    const warm = process && process.readySince !== undefined && process.readySince <= sentAt;
    return { kind, sentAt, atApi, warm, outcome };
  }
}

function chatRequest(trace: Trace, index: number): ChatRequest {
  const { tools } = trace.kinds[trace.requests[index]!.kind]!;
  return {
    lane: 'chat',
    model: 'sonnet',
    system: systemOfRequest(trace, index),
    messages: turnsOf(trace, index).map(toMessage),
    tools: Array.from({ length: tools }, (_, at) => ({
      name: toolName(at),
      description: `Tool ${at}`,
      parameters: { type: 'object' },
    })),
    stop: [],
  };
}

function toMessage(turn: TraceTurn): ChatMessage {
  if (turn.role === 'user') return { role: 'user', content: [{ type: 'text', text: turn.text }] };
  if (turn.role === 'tool') {
    const { callId, text } = turn;
    const content = [{ type: 'text', text }] as const;
    return { role: 'user', content: [{ type: 'toolResult', callId, content, isError: false }] };
  }
  const { callId, text } = turn;
  if (callId === undefined) return { role: 'assistant', content: [{ type: 'text', text }] };
  const call = { id: callId, name: toolName(0), arguments: {} };
  return { role: 'assistant', content: [{ type: 'toolCall', call }] };
}
