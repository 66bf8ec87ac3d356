/** What a round of measuring is made of: everyone does the same, in turn, when all that was started before is at rest. */
import type { Reply } from '../standin/server.js';
import { BareCli } from './bareCli.js';
import { CARRIERS, type Carrier, type Scene } from './carriers.js';
import { settled } from './processes.js';

export const TASKS = [
  'first',
  'foreseen',
  'second',
  'third',
  'edited',
  'editedForeseen',
  'tool',
  'workspaceFirst',
  'workspaceNext',
] as const;
export type Task = (typeof TASKS)[number];

/** Milliseconds to the API; one number a round. */
export type Samples = Record<Task, Partial<Record<Carrier, number[]>>>;

/** The stand-in never answers, and the one who asked goes away. */
export const NEVER: Reply = { kind: 'hang' };

export function noSamples(): Samples {
  return {
    first: {},
    foreseen: {},
    second: {},
    third: {},
    edited: {},
    editedForeseen: {},
    tool: {},
    workspaceFirst: {},
    workspaceNext: {},
  };
}

export class Contest {
  /** How many processes the product has when it is ready. */
  expected: number;
  readonly #scene: Scene;
  readonly #round: number;
  readonly #samples: Samples;
  readonly #note: (line: string) => void;
  readonly #bare = new Set<BareCli>();

  /**
   * @param round counts from 0; who begins changes with it
   * @param note told when something was not ready in time, so that its number counts for less
   */
  constructor(scene: Scene, round: number, samples: Samples, note: (line: string) => void, expected: number) {
    this.#scene = scene;
    this.#round = round;
    this.#samples = samples;
    this.#note = note;
    this.expected = expected;
  }

  /** A process of the bare CLI. */
  spare(): BareCli {
    const cli = new BareCli(this.#scene.place);
    this.#bare.add(cli);
    return cli;
  }

  async drop(cli: BareCli): Promise<void> {
    this.#bare.delete(cli);
    await cli.end();
  }

  async rest(): Promise<void> {
    const { product } = this.#scene;
    const pids = [...this.#bare].map(({ pid }) => pid);
    const bare = { pids: () => pids, expected: pids.length };
    if (await settled([bare, product.watch(this.expected)])) return;
    this.#note(
      `round ${this.#round}: the product had ${product.processes().length} processes, not ${this.expected}`,
    );
  }

  async compare(task: Task, attempts: Partial<Record<Carrier, () => Promise<number>>>): Promise<void> {
    const present = CARRIERS.filter((carrier) => attempts[carrier] !== undefined);
    for (const i of present.keys()) {
      const carrier = present[(i + this.#round) % present.length]!;
      await this.rest();
      (this.#samples[task][carrier] ??= []).push(await attempts[carrier]!());
    }
  }

  /** Ends what is left of the bare CLI. */
  async end(): Promise<void> {
    await Promise.all([...this.#bare].map((cli) => cli.end()));
  }
}
