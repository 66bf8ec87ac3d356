/** Many new conversations at the same time, each with one turn and a system prompt of its own. */
import type { CliSetup } from './bareCli.js';
import { IDLE_PROCESSES } from './chatRound.js';
import { systemPrompt, toWire } from './conversations.js';
import { waitUntilIdle } from './processes.js';
import { ServerProcess } from './serverProcess.js';
import type { PromptTracker } from './trackedPrompts.js';
import { timeColdSpawn, timeOneShot, timeServer, type BenchContext, type Variant } from './variants.js';

export const BURST_SIZES = [4, 16] as const;

export interface Burst {
  readonly variant: Variant;
  /** The number of simultaneous conversations. */
  readonly size: number;
  /** Milliseconds until each prompt reached the API. */
  readonly toApi: readonly number[];
  /** Milliseconds until every answer was complete, and every process that was started for one had exited. */
  readonly wallMs: number;
}

/**
 * Runs a burst with each variant, one after the other. The server is a new process with the default limits that has
 * answered one conversation and is idle.
 */
export async function measureBursts(
  context: Omit<BenchContext, 'server'> & { readonly program: string },
  size: number,
  round: number,
): Promise<Burst[]> {
  const { setup, prompts, program } = context;
  const variants: (() => Promise<Burst>)[] = [
    () => burst('claude -p', size, () => timeOneShot(setup, prompts.next())),
    () => burst('cold spawn', size, () => timeColdSpawn(setup, nextSystemPrompt(), prompts.next())),
    () => burstServer({ program, setup, prompts, size }),
  ];
  const bursts: Burst[] = [];
  for (const i of variants.keys()) bursts.push(await variants[(i + round) % variants.length]!());
  return bursts;
}

interface ServerBurst {
  readonly program: string;
  readonly setup: CliSetup;
  readonly prompts: PromptTracker;
  readonly size: number;
}

async function burstServer({ program, setup, prompts, size }: ServerBurst): Promise<Burst> {
  const server = await ServerProcess.start(program, setup);
  const converse = async (): Promise<number> => {
    const prompt = prompts.next();
    const system = nextSystemPrompt();
    return (await timeServer(server, toWire({ system, history: [], prompt: prompt.text }), prompt)).time;
  };
  try {
    await converse();
    await waitUntilIdle([server.watch(IDLE_PROCESSES)]);
    return await burst('server', size, converse);
  } finally {
    await server.stop();
  }
}

let topics = 0;

function nextSystemPrompt(): string {
  return systemPrompt(`many at once, part ${++topics}`);
}

async function burst(variant: Variant, size: number, converse: () => Promise<number>): Promise<Burst> {
  const start = performance.now();
  const toApi = await Promise.all(Array.from({ length: size }, converse));
  return { variant, size, toApi, wallMs: performance.now() - start };
}
