/** Workloads: the same requests to the server and to a CLI process for each request, with the tokens that they cost. */
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from '../../src/claude/cli/launch.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { startStandIn, textReply, toolReply, type Reply, type StandInRequest } from '../standin/server.js';
import { compress, playTrace } from '../support/workloads/playTrace.js';
import {
  answerOfRequest,
  isFirstTurn,
  systemOfRequest,
  toolName,
  turnsOf,
  type Trace,
  type TraceTurn,
} from '../support/workloads/trace.js';
import { WORKLOADS, type WorkloadName } from '../support/workloads/workloads.js';
import { BareCli, type CliSetup } from './bareCli.js';
import type { Tool } from './cliMessages.js';
import { ServerProcess, type WireMessage } from './serverProcess.js';

/** `cold`: a CLI process for each request. Otherwise the server with this value of `maxProcesses`. */
export type WorkloadVariant = 'cold' | 'auto' | number;

export interface WorkloadRequest {
  readonly kind: string;
  /** The first turn of its conversation. */
  readonly first: boolean;
  /** Milliseconds until the request was at the API; `undefined` if the client disconnected before. */
  readonly toApi: number | undefined;
  /** Whether its process had sent a request before. */
  readonly known: boolean;
  /** Tokens of the prompt: paid in full, written to the cache, read from it. */
  readonly full: number;
  readonly written: number;
  readonly read: number;
}

export interface WorkloadRun {
  readonly workload: WorkloadName;
  readonly variant: WorkloadVariant;
  /** Without those of the warm-up, in which processes are started. */
  readonly requests: readonly WorkloadRequest[];
}

/**
 * By how much the times between requests are shortened. The hour without requests cannot be shortened, because the
 * server's timers run in real time: only the simulator runs that workload.
 */
const COMPRESSION: Partial<Record<WorkloadName, number>> = {
  'one-shots seconds apart': 1,
  'Open WebUI': 0.15,
  'Open WebUI without titles': 0.15,
  'three agents at once': 0.2,
  "VS Code's chat": 0.12,
  autocomplete: 1,
  'two editors for an hour': 0.03,
  'Home Assistant': 0.5,
};

const SEED = 1;

export interface WorkloadOptions {
  readonly program: string;
  /** How long requests are sent in each run before they count. Seconds. A process per request needs no warm-up. */
  readonly warmUpSeconds: number;
  /** How long requests are sent that count. Seconds. */
  readonly seconds: number;
  readonly variants: readonly WorkloadVariant[];
  readonly onRun: (title: string) => void;
  /** Runs that were measured before; they are not repeated. */
  readonly measured: readonly WorkloadRun[];
  /** Called with all runs after each one. */
  readonly onMeasured: (runs: readonly WorkloadRun[]) => Promise<void>;
}

/** Runs every workload with every variant, each with a stand-in, a cache and a server of its own. */
export async function measureWorkloads(options: WorkloadOptions): Promise<WorkloadRun[]> {
  const runs = [...options.measured];
  for (const [workload, factor] of Object.entries(COMPRESSION) as [WorkloadName, number][]) {
    const trace = compress(WORKLOADS[workload](SEED), factor);
    for (const variant of options.variants) {
      if (runs.some((run) => run.workload === workload && run.variant === variant)) continue;
      options.onRun(`${workload}, ${variant}`);
      runs.push({ workload, variant, requests: await runWorkload(trace, variant, options) });
      await options.onMeasured(runs);
    }
  }
  return runs;
}

/** Sends one request of the trace and waits for its answer. */
type Send = (index: number, signal: AbortSignal) => Promise<void>;

async function runWorkload(
  trace: Trace,
  variant: WorkloadVariant,
  { program, seconds, warmUpSeconds }: WorkloadOptions,
): Promise<WorkloadRequest[]> {
  const countsFrom = variant === 'cold' ? 0 : warmUpSeconds * 1000;
  const arrivals = new Map<number, StandInRequest & { readonly known: boolean }>();
  const sessions = new Set<unknown>();
  const standIn = await startStandIn({
    respond(request) {
      const index = indexOf(request);
      if (index === undefined) return undefined;
      const session = request.headers['x-claude-code-session-id'];
      arrivals.set(index, { ...request, known: sessions.has(session) });
      sessions.add(session);
      return replyTo(trace, index);
    },
  });
  const environment = await standInEnvironment(standIn.url, {}, 'firstParty');
  const { env, workspace: folder } = environment;
  const cliEnv = childEnvironment(env, folder, 'claude-ollama-server-bench/1', 'chat');
  const setup: CliSetup = { cli: devCli(), folder, env, cliEnv, lane: 'chat' };
  const limit = ['--max-processes', String(variant)];
  const server = variant === 'cold' ? undefined : await ServerProcess.start(program, setup, limit);
  const send: Send = server === undefined ? sendCold(trace, setup) : sendToServer(trace, server);
  const start = performance.now();
  const passed = (): number => performance.now() - start;
  try {
    const outcomes = await playTrace(trace, {
      wait: (ms) => delay(ms),
      until: { ms: countsFrom + seconds * 1000, now: passed },
      async send(index, signal) {
        const isCounted = passed() >= countsFrom;
        const sentAt = performance.now();
        await send(index, signal);
        return { index, isCounted, sentAt };
      },
    });
    return outcomes.flatMap((outcome) => {
      if (outcome?.isCounted !== true) return [];
      const arrival = arrivals.get(outcome.index);
      const usage = arrival?.promptUsage;
      return [
        {
          kind: trace.requests[outcome.index]!.kind,
          first: isFirstTurn(trace, outcome.index),
          toApi: arrival && arrival.arrivedAt - outcome.sentAt,
          known: arrival?.known ?? false,
          full: usage?.input_tokens ?? 0,
          written: usage?.cache_creation_input_tokens ?? 0,
          read: usage?.cache_read_input_tokens ?? 0,
        },
      ];
    });
  } finally {
    await server?.stop();
    await standIn.close({ lenient: true });
    await environment.dispose();
  }
}

/** The index of the trace's request, from the label in its last message. */
function indexOf({ body }: StandInRequest): number | undefined {
  const last = body.messages.findLast(({ role }) => role === 'user');
  const label = [...JSON.stringify(last?.content ?? '').matchAll(/(?:Message|Number) (\d+)/g)].at(-1)?.[1];
  return label === undefined ? undefined : Number(label);
}

const PIECES = 5;

function replyTo(trace: Trace, index: number): Reply {
  const { firstTokenMs, streamMs } = trace.requests[index]!;
  const { text, callId } = answerOfRequest(trace, index);
  const pieceSize = Math.ceil(Math.max(1, text.length) / PIECES);
  const pace = { delayMs: firstTokenMs, deltaDelayMs: streamMs / PIECES, pieceSize };
  return callId === undefined
    ? textReply(text, pace)
    : toolReply({ id: callId, name: toolName(0), input: {} }, pace);
}

function toolsOf(trace: Trace, index: number): Tool[] {
  const { tools } = trace.kinds[trace.requests[index]!.kind]!;
  return Array.from({ length: tools }, (_, at) => ({
    name: toolName(at),
    description: `Tool ${at} does one thing of many that a client of this kind can do, and says how it went.`,
    parameters: { type: 'object', properties: { path: { type: 'string', description: 'Which one.' } } },
  }));
}

function sendToServer(trace: Trace, server: ServerProcess): Send {
  return async (index, signal) => {
    const system = systemOfRequest(trace, index);
    const messages: WireMessage[] = [
      ...(system === '' ? [] : [{ role: 'system', content: system } as const]),
      ...turnsOf(trace, index).map(toWireMessage),
    ];
    const tools = toolsOf(trace, index).map((tool) => ({ type: 'function', function: tool }));
    const chat = server.chat(messages, { tools });
    signal.addEventListener('abort', () => chat.abort(), { once: true });
    await chat.done.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
}

function toWireMessage(turn: TraceTurn): WireMessage {
  if (turn.role === 'user') return { role: 'user', content: turn.text };
  if (turn.role === 'tool') return { role: 'tool', content: turn.text, tool_name: toolName(0) };
  const call = { function: { name: toolName(0), arguments: {} } };
  const calls = turn.callId === undefined ? {} : { tool_calls: [call] };
  return { role: 'assistant', content: turn.text, ...calls };
}

/** A process for each request, as a plain wrapper does it: the earlier messages are replayed as text. */
function sendCold(trace: Trace, setup: CliSetup): Send {
  return async (index, signal) => {
    const cli = new BareCli(setup);
    const disconnect = (): void => void cli.stop();
    signal.addEventListener('abort', disconnect, { once: true });
    try {
      cli.initialize({ system: systemOfRequest(trace, index), tools: toolsOf(trace, index) });
      const turns = turnsOf(trace, index);
      const question = turns.pop()!;
      await cli.replay(
        turns.map(({ role, text }) => ({
          role: role === 'assistant' ? 'assistant' : 'user',
          text: text === '' ? 'I call a tool.' : text,
        })),
      );
      await cli.prompt(question.text).done;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await cli.stop();
    }
  };
}
