/** One round of the bench: each variant does the same task in turn, when all processes are idle. */
import type { Reply } from '../standin/server.js';
import { BareCli } from './bareCli.js';
import { waitUntilIdle } from './processes.js';
import { VARIANTS, type BenchContext, type Variant } from './variants.js';

/** What is timed. `firstEmptied…`: the process had another conversation before, which was taken away. */
export const TASKS = [
  'first',
  'second',
  'third',
  'firstEmptied',
  'firstEmptiedSystem',
  'firstEmptiedTools',
  'edited',
  'replayed',
  'tool',
  'workspaceFirst',
  'workspaceNext',
] as const;
export type Task = (typeof TASKS)[number];

/** Milliseconds until the prompt reached the API, one number per round. */
export type Samples = Record<Task, Partial<Record<Variant, number[]>>>;

/** The stand-in never answers; the client disconnects. */
export const HANGING_REPLY: Reply = { kind: 'hang' };

export function noSamples(): Samples {
  return {
    first: {},
    second: {},
    third: {},
    firstEmptied: {},
    firstEmptiedSystem: {},
    firstEmptiedTools: {},
    edited: {},
    replayed: {},
    tool: {},
    workspaceFirst: {},
    workspaceNext: {},
  };
}

export interface Round {
  /** Counts from 0. Each round begins with another variant. */
  readonly number: number;
  /** Gets the measurements. */
  readonly samples: Samples;
  /** Called when a process was not ready in time, so that the measurement is less reliable. */
  readonly note: (line: string) => void;
}

export class Comparison {
  /** How many CLI processes the server has when it is idle. */
  expectedProcesses: number;
  readonly #context: BenchContext;
  readonly #round: Round;
  readonly #bareClis = new Set<BareCli>();

  constructor(context: BenchContext, round: Round, expectedProcesses: number) {
    this.#context = context;
    this.#round = round;
    this.expectedProcesses = expectedProcesses;
  }

  /** Starts a process of the bare CLI; `close()` stops it at the latest. */
  startBareCli(): BareCli {
    const cli = new BareCli(this.#context.setup);
    this.#bareClis.add(cli);
    return cli;
  }

  async stopBareCli(cli: BareCli): Promise<void> {
    this.#bareClis.delete(cli);
    await cli.stop();
  }

  async waitUntilIdle(): Promise<void> {
    const { server } = this.#context;
    const pids = [...this.#bareClis].map(({ pid }) => pid);
    const bareClis = { pids: () => pids, expected: pids.length };
    if (await waitUntilIdle([bareClis, server.watch(this.expectedProcesses)])) return;
    this.#round.note(
      `round ${this.#round.number}: the server had ${server.processes().length} CLI processes, not ${this.expectedProcesses}`,
    );
  }

  /** Times a task with each variant that is given. */
  async measure(task: Task, timers: Partial<Record<Variant, () => Promise<number>>>): Promise<void> {
    const { number, samples } = this.#round;
    const present = VARIANTS.filter((variant) => timers[variant] !== undefined);
    for (const i of present.keys()) {
      const variant = present[(i + number) % present.length]!;
      await this.waitUntilIdle();
      (samples[task][variant] ??= []).push(await timers[variant]!());
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#bareClis].map((cli) => cli.stop()));
  }
}
