/** One run of the bench. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Lane } from '../../src/core/chat.js';
import { autoProcesses } from '../../src/claude/pool/autoProcesses.js';
import { childEnvironment } from '../../src/claude/cli/launch.js';
import { parseVersion } from '../../src/claude/cli/version.js';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { measureBursts, BURST_SIZES, type Burst } from './bursts.js';
import type { CliSetup } from './bareCli.js';
import { timeAbortedRequest, timeServer, type BenchContext } from './variants.js';
import { systemPrompt, toWire } from './conversations.js';
import { measureDeltas } from './deltas.js';
import { measureDiscovery } from './discovery.js';
import { measureMemory, type Memory } from './memory.js';
import { waitUntilIdle, HAS_PROC } from './processes.js';
import { ServerProcess, type WireMessage } from './serverProcess.js';
import { startPromptTracker, type PromptTracker } from './trackedPrompts.js';
import {
  discoverySection,
  jsonOf,
  memorySection,
  table,
  textOf,
  workloads as workloadSection,
} from './report.js';
import type { Results } from './results.js';
import { simulateWorkloads } from '../support/workloads/simulatedWorkloads.js';
import {
  goalRows,
  withMeasuredRange,
  withMeasuredWorkloads,
  type WorkloadResults,
} from './workloadReport.js';
import { HANGING_REPLY, noSamples, type Samples } from './comparison.js';
import { measureChatRound, IDLE_PROCESSES } from './chatRound.js';
import { measureStartUp } from './startUp.js';
import { measureWorkloads, type WorkloadRun, type WorkloadVariant } from './workloads.js';
import { measureWorkspaceRound, WORKSPACE_IDLE_PROCESSES } from './workspaceRound.js';

/** Absolute paths of folders. */
export interface Folders {
  /** The repository. */
  readonly root: string;
  /** The folder that relative paths in the arguments start from. */
  readonly caller: string;
  /** The built programs. */
  readonly programs: string;
}

interface Options {
  readonly rounds: number;
  readonly requests: number;
  readonly aborts: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Whether the runs of workloads that an earlier run has stored are kept and not repeated. */
  readonly keepsRuns: boolean;
  /** Whether the workloads are written into the documents. */
  readonly write: boolean;
  readonly variants: readonly WorkloadVariant[];
  /** The only part that is measured; `undefined`: all. */
  readonly only: Part | undefined;
  readonly json: string;
}

/** Bursts are expensive and vary little, so they are measured in every eighth round. */
const ROUNDS_PER_BURST = 8;
/** Turns of a new server before it is measured: enough that its code is loaded. */
const WARM_UP_TURNS = 20;
/** Of the simulated machine on which processors are no limit. */
const SIMULATED_CORES = 8;
/** An idle machine has a lower load average. */
const MAX_IDLE_LOAD = 0.5;

/**
 * Measures everything, prints the tables and writes the JSON.
 * @throws Error when a measurement fails, never because it is slow
 */
export async function run(args: readonly string[], folders: Folders): Promise<void> {
  const options = readOptions(args, folders);
  for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.once(signal, () => process.exit(code));
  }
  if (options.only !== undefined) return measurePart(options.only, options, folders);
  const results = await measure(options, folders);
  console.log(`\n${textOf(results)}\n`);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, jsonOf(results));
}

const PARTS = ['workloads', 'discovery', 'memory'] as const;
type Part = (typeof PARTS)[number];

/** Measures and prints one part. */
async function measurePart(part: Part, options: Options, folders: Folders): Promise<void> {
  const program = join(folders.programs, 'headless.cjs');
  if (part === 'workloads') {
    await reportWorkloads(options, folders);
  } else if (part === 'memory') {
    console.log(`\n${memorySection({ memory: await measureMemoryOf(program, options) })}\n`);
  } else {
    const discovery = await withStandIn('chat', (setup, prompts) =>
      withWarmServer({ setup, prompts, program }, ({ server }) => measureDiscovery(server)),
    );
    console.log(`\n${discoverySection({ discovery })}\n`);
  }
}

/** Measures the workloads, prints them with their goals, and writes them into the documents with `--write`. */
async function reportWorkloads(options: Options, folders: Folders): Promise<void> {
  const loadAtStart = loadavg()[0] ?? 0;
  const runs = await measureWorkloadsOf(options, folders);
  const processes = autoProcesses(totalmem());
  const simulated = [];
  for (const processors of [2, SIMULATED_CORES])
    simulated.push({ processors, runs: await simulateWorkloads({ processes, processors }) });
  const results: WorkloadResults = {
    date: new Date().toISOString().slice(0, 10),
    warmUpSeconds: options.warmUpSeconds,
    seconds: options.seconds,
    cores: cpus().length,
    autoProcesses: processes,
    cli: await withStandIn('chat', versionOf),
    loadAtStart,
    runs,
    simulated,
  };
  console.log(`\n${workloadSection({ workloads: runs })}\n\n${table(goalRows(results))}\n`);
  if (!options.write) return;
  const update = async (name: string, change: (text: string) => string): Promise<void> => {
    const path = join(folders.root, name);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  await update('docs/performance.md', (text) =>
    withMeasuredRange(withMeasuredWorkloads(text, results), results),
  );
  await update('README.md', (text) => withMeasuredRange(text, results));
}

/** The stand-in keeps every request in memory, so these many requests get a stand-in of their own. */
function measureMemoryOf(program: string, amounts: Options): Promise<Memory> {
  say(`Memory: ${amounts.requests} requests, ${amounts.aborts} aborts`);
  return withStandIn('chat', (setup, prompts) => measureMemory(program, setup, prompts, amounts));
}

function readOptions(args: readonly string[], { root, caller }: Folders): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '15' },
      requests: { type: 'string', default: '1000' },
      aborts: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '60' },
      processes: { type: 'string', default: 'auto,2,4,8' },
      only: { type: 'string' },
      json: { type: 'string' },
      'warm-up': { type: 'string', default: '60' },
      continue: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'rounds' | 'requests' | 'aborts' | 'seconds' | 'warm-up'): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name} takes a number from 1, not "${values[name]}".`);
  };
  return {
    rounds: count('rounds'),
    requests: count('requests'),
    aborts: count('aborts'),
    seconds: count('seconds'),
    warmUpSeconds: count('warm-up'),
    keepsRuns: values.continue,
    write: values.write,
    variants: ['cold', ...values.processes.split(',').map(toVariant)],
    only: toPart(values.only),
    json: values.json === undefined ? join(root, 'out', 'bench.json') : resolve(caller, values.json),
  };
}

/** @throws Error for an unknown part */
function toPart(text: string | undefined): Part | undefined {
  const part = PARTS.find((name) => name === text);
  if (text !== undefined && part === undefined)
    throw new Error(`--only takes ${PARTS.join(', ')}, not "${text}".`);
  return part;
}

/** @throws Error for anything but `auto` and numbers */
function toVariant(text: string): WorkloadVariant {
  if (text === 'auto') return text;
  if (Number.isInteger(Number(text)) && Number(text) > 0) return Number(text);
  throw new Error(`--processes takes "auto" and numbers, separated by commas, not "${text}".`);
}

/** Each run is stored when it ends, so that an interrupted bench can go on with `--continue`. */
async function measureWorkloadsOf(options: Options, { root, programs }: Folders): Promise<WorkloadRun[]> {
  const { seconds, warmUpSeconds, variants, keepsRuns } = options;
  const file = join(root, 'out', 'workloads.json');
  return measureWorkloads({
    program: join(programs, 'headless.cjs'),
    seconds,
    warmUpSeconds,
    variants,
    onRun: (title) => say(`Workload: ${title}`),
    measured:
      keepsRuns && existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as WorkloadRun[]) : [],
    onMeasured: (runs) => writeFile(file, JSON.stringify(runs)),
  });
}

async function measure(options: Options, folders: Folders): Promise<Results> {
  const { root, programs } = folders;
  const loadAtStart = loadavg()[0] ?? 0;
  const run: Run = {
    ...options,
    program: join(programs, 'headless.cjs'),
    samples: noSamples(),
    notes: HAS_PROC
      ? []
      : ['This system has no /proc: waits for idle processes take a fixed time, and memory is not measured.'],
  };
  const workloads = await measureWorkloadsOf(options, folders);
  const { cli, ...chat } = await measureChat(run);
  await measureWorkspace(run);
  say('Start-up');
  const startUp = await measureStartUp(programs, join(root, 'package.json'), options.rounds);
  if (startUp.failure !== undefined) {
    run.notes.push(`The extension does not load in the simulated editor: ${startUp.failure}`);
  }
  const memory = await measureMemoryOf(run.program, options);
  if (loadAtStart > MAX_IDLE_LOAD) {
    run.notes.push('The machine was busy before the run: only ratios with a narrow range are reliable.');
  }
  const machine = {
    system: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    cli,
    loadAtStart,
    loadAtEnd: loadavg()[0] ?? 0,
  };
  return {
    machine,
    rounds: run.rounds,
    samples: run.samples,
    memory,
    startUp,
    workloads,
    notes: run.notes,
    ...chat,
  };
}

interface Run extends Options {
  readonly program: string;
  /** Get the results of the rounds. */
  readonly samples: Samples;
  readonly notes: string[];
}

function measureChat(run: Run) {
  return withStandIn('chat', async (setup, prompts) => {
    const { program, rounds, samples } = run;
    const bursts: Burst[] = [];
    for (let number = 0; number < rounds; number++) {
      say(`Round ${number + 1} of ${rounds}`);
      await withWarmServer({ setup, prompts, program }, (context) =>
        measureChatRound(context, { number, samples, note: (line) => run.notes.push(line) }),
      );
      if (number % ROUNDS_PER_BURST > 0) continue;
      for (const size of BURST_SIZES) {
        bursts.push(...(await measureBursts({ setup, prompts, program }, size, number)));
      }
    }
    return withWarmServer({ setup, prompts, program }, async (context) => {
      say('Discovery');
      const discovery = await measureDiscovery(context.server);
      say('Streams');
      return { bursts, discovery, deltas: await measureDeltas(context), cli: await versionOf(setup) };
    });
  });
}

/** Runs `action` with a new server that has answered a conversation of several turns, and is idle. */
async function withWarmServer<T>(
  { program, setup, prompts }: Omit<BenchContext, 'server'> & { readonly program: string },
  action: (context: BenchContext) => Promise<T>,
): Promise<T> {
  const server = await ServerProcess.start(program, setup);
  try {
    let messages: WireMessage[] = [];
    for (let turn = 0; turn < WARM_UP_TURNS; turn++) {
      const prompt = prompts.next();
      const next = toWire({ system: systemPrompt('the start'), history: [], prompt: prompt.text });
      messages = (await timeServer(server, [...messages, ...next.slice(turn === 0 ? 0 : 1)], prompt))
        .messages;
    }
    await waitUntilIdle([server.watch(IDLE_PROCESSES)]);
    return await action({ server, setup, prompts });
  } finally {
    await server.stop();
  }
}

function measureWorkspace(run: Run): Promise<void> {
  return withStandIn('workspace', async (setup, prompts) => {
    const { program, rounds, samples } = run;
    const server = await ServerProcess.start(program, setup);
    try {
      await warmUpWorkspace(server, prompts);
      const context = { setup, prompts, server };
      for (let number = 0; number < rounds; number++) {
        say(`Workspace lane, round ${number + 1} of ${rounds}`);
        await measureWorkspaceRound(context, { number, samples, note: (line) => run.notes.push(line) });
      }
    } finally {
      await server.stop();
    }
  });
}

/** Runs `action` with a stand-in API and a CLI environment of its own. */
async function withStandIn<T>(
  lane: Lane,
  action: (setup: CliSetup, prompts: PromptTracker) => Promise<T>,
): Promise<T> {
  const prompts = await startPromptTracker();
  const environment = await standInEnvironment(prompts.standIn.url, {}, 'firstParty');
  const { env, workspace } = environment;
  let succeeded = false;
  try {
    const cliEnv = childEnvironment(env, workspace, 'claude-ollama-server-bench/1', lane);
    const result = await action({ cli: devCli(), folder: workspace, env, cliEnv, lane }, prompts);
    succeeded = true;
    return result;
  } finally {
    // After a failure, do not hide its error behind missing or unused replies.
    await prompts.standIn.close({ lenient: !succeeded });
    await environment.dispose();
  }
}

/** Runs a conversation, so that everything is loaded and a process is started ahead. */
async function warmUpWorkspace(server: ServerProcess, prompts: PromptTracker): Promise<void> {
  const prompt = prompts.next(HANGING_REPLY);
  const messages = toWire({ system: systemPrompt('the start'), history: [], prompt: prompt.text });
  await timeAbortedRequest(server, messages, prompt);
  await waitUntilIdle([server.watch(WORKSPACE_IDLE_PROCESSES)]);
}

async function versionOf({ cli, env }: CliSetup): Promise<string> {
  const { stdout } = await promisify(execFile)(cli, ['--version'], { env });
  return parseVersion(stdout) ?? 'unknown';
}

/** Prints progress, with the seconds since the start. */
function say(line: string): void {
  process.stderr.write(`• ${process.uptime().toFixed(0).padStart(3)} s  ${line}\n`);
}
