/** One run of the bench, from start to end. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Lane } from '../../src/core/chat.js';
import { childEnvironment } from '../../src/claude/cli/launch.js';
import { parseVersion } from '../../src/claude/cli/version.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { burstAll, CROWDS, type Burst } from './atOnce.js';
import type { CliPlace } from './bareCli.js';
import { byProductInPassing } from './carriers.js';
import { systemPrompt, toWire } from './conversations.js';
import { measureDeltas } from './deltas.js';
import { measureDiscovery } from './discovery.js';
import { measureMemory, type Memory } from './memory.js';
import { settled, VISIBLE } from './processes.js';
import { Product } from './product.js';
import { startQuestions, type Questions } from './questions.js';
import { jsonOf, textOf } from './report.js';
import type { Results } from './results.js';
import { noSamples } from './contest.js';
import { playRound, SPARES } from './rounds.js';
import { measureStartUp } from './startUp.js';
import { playWorkspaceRound, WORKSPACE_SPARES } from './workspaceRounds.js';

/** Folders, absolute. */
export interface Folders {
  /** The repository. */
  readonly root: string;
  /** What paths in the arguments are relative to. */
  readonly caller: string;
  /** Where the built programs are. */
  readonly programs: string;
}

interface Options {
  readonly rounds: number;
  readonly requests: number;
  readonly aborts: number;
  readonly json: string;
}

/** Crowds cost much and vary little: they are measured in every eighth round. */
const ROUNDS_PER_CROWD = 8;
/** A machine that nobody else uses has less. */
const IDLE_LOAD = 0.5;

/**
 * Measures everything, prints the tables and writes the JSON.
 * @throws Error when something did not work; never because something was slow
 */
export async function run(args: readonly string[], folders: Folders): Promise<void> {
  const options = readOptions(args, folders);
  for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.once(signal, () => process.exit(code));
  }
  const results = await measure(options, folders);
  console.log(`\n${textOf(results)}\n`);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, jsonOf(results));
}

function readOptions(args: readonly string[], { root, caller }: Folders): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '15' },
      requests: { type: 'string', default: '1000' },
      aborts: { type: 'string', default: '200' },
      json: { type: 'string' },
    },
  });
  const count = (name: 'rounds' | 'requests' | 'aborts'): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name} takes a number from 1, not "${values[name]}".`);
  };
  return {
    rounds: count('rounds'),
    requests: count('requests'),
    aborts: count('aborts'),
    json: values.json === undefined ? join(root, 'out', 'bench.json') : resolve(caller, values.json),
  };
}

async function measure(options: Options, { root, programs }: Folders): Promise<Results> {
  const program = join(programs, 'headless.cjs');
  const loadAtStart = loadavg()[0] ?? 0;
  const notes: string[] = VISIBLE
    ? []
    : ['No /proc here: readiness is a fixed wait, memory is not measured.'];
  const samples = noSamples();
  const bursts: Burst[] = [];

  const main = await onStage(async (place, questions) => {
    const product = await Product.start(program, place);
    try {
      say('Warming up');
      await warmUp(product, questions, SPARES);
      const scene = { place, questions, product, program };
      for (let round = 0; round < options.rounds; round++) {
        say(`Round ${round + 1} of ${options.rounds}`);
        await playRound(scene, round, samples, (line) => notes.push(line));
        if (round % ROUNDS_PER_CROWD > 0) continue;
        for (const crowd of CROWDS) bursts.push(...(await burstAll(scene, crowd, round)));
      }
      say('Discovery');
      const discovery = await measureDiscovery(product);
      say('Streams');
      return { discovery, deltas: await measureDeltas(scene), cli: await versionOf(place) };
    } finally {
      await product.end();
    }
  });
  await onStage(async (place, questions) => {
    const product = await Product.start(program, place);
    try {
      await warmUp(product, questions, WORKSPACE_SPARES);
      const scene = { place, questions, product };
      for (let round = 0; round < options.rounds; round++) {
        say(`Workspace lane, round ${round + 1} of ${options.rounds}`);
        await playWorkspaceRound(scene, round, samples, (line) => notes.push(line));
      }
    } finally {
      await product.end();
    }
  }, 'workspace');
  say('Start-up');
  const startUp = await measureStartUp(programs, join(root, 'package.json'), options.rounds);
  if (startUp.failure !== undefined) {
    notes.push(`The extension does not load in the stand-in editor: ${startUp.failure}`);
  }
  say(`Memory: ${options.requests} requests, ${options.aborts} aborts`);
  // A stand-in keeps what it was asked, so that this much goes to one of its own.
  const memory = await onStage((place, questions): Promise<Memory> =>
    measureMemory(program, place, questions, options),
  );
  const { cli, ...rest } = main;
  const loadAtEnd = loadavg()[0] ?? 0;
  if (loadAtStart > IDLE_LOAD) {
    notes.push('The machine was busy before the run began: only ratios with a narrow range say anything.');
  }
  const machine = {
    system: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    cli,
    loadAtStart,
    loadAtEnd,
  };
  return { machine, rounds: options.rounds, samples, bursts, memory, startUp, notes, ...rest };
}

/** A stand-in API and an environment of its own, for as long as the work takes. */
async function onStage<T>(
  work: (place: CliPlace, questions: Questions) => Promise<T>,
  lane: Lane = 'chat',
): Promise<T> {
  const questions = await startQuestions();
  const place = await standInEnvironment(questions.standIn.url);
  const { env, workspace } = place;
  let clean = false;
  try {
    const leanEnv = childEnvironment(env, workspace, 'claude-ollama-server-bench/1', lane);
    const result = await work({ cli: devCli(), folder: workspace, env, leanEnv, lane }, questions);
    clean = true;
    return result;
  } finally {
    // What failed says more than what the stand-in then missed.
    await questions.standIn.close({ lenient: !clean });
    await place.dispose();
  }
}

/** The first conversation loads what is loaded once; afterwards the product has its spares. */
async function warmUp(product: Product, questions: Questions, spares: number): Promise<void> {
  const question = questions.ask({ kind: 'hang' });
  const talk = { system: systemPrompt('the start'), earlier: [], question: question.text };
  await byProductInPassing(product, toWire(talk), question);
  await settled([product.watch(spares)]);
}

async function versionOf({ cli, env }: CliPlace): Promise<string> {
  const { stdout } = await promisify(execFile)(cli, ['--version'], { env });
  return parseVersion(stdout) ?? 'unknown';
}

/** Progress, with the seconds since the start. */
function say(line: string): void {
  process.stderr.write(`• ${process.uptime().toFixed(0).padStart(3)} s  ${line}\n`);
}
