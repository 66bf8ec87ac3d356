/** The results as text tables and as JSON. Pure. */
import { VARIANTS, type Variant } from './variants.js';
import { isMet } from '../support/workloads/goals.js';
import { addedToDeltas, goalsOf, isInconclusive, type Goal, type Results } from './results.js';
import { TASKS, type Task } from './comparison.js';
import { HISTORY_MESSAGES } from './chatRound.js';
import { workloadTable } from './workloadTable.js';
import { median, quantile, ratioOf, summarize } from '../support/statistics.js';

const TASK_TITLES: Readonly<Record<Task, string>> = {
  first: 'first turn, new process',
  second: 'second turn',
  third: 'third turn',
  firstEmptied: 'first turn, emptied process, same set-up',
  firstEmptiedSystem: 'first turn, emptied process, other system prompt',
  firstEmptiedTools: 'first turn, emptied process, other tools',
  edited: `edited turn after ${HISTORY_MESSAGES} messages (rewind)`,
  replayed: `unknown history of ${HISTORY_MESSAGES} messages (replay)`,
  tool: 'tool result',
  workspaceFirst: 'workspace lane, first turn',
  workspaceNext: 'workspace lane, next turn',
};

const PARTS = [0.5, 0.95, 0.99] as const;

const ms = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 2 : 1));
const times = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(2));

/** All tables, in reading order. */
export function textOf(results: Results): string {
  const { machine, rounds, notes } = results;
  const load = `load ${machine.loadAtStart.toFixed(1)} at the start, ${machine.loadAtEnd.toFixed(1)} at the end`;
  return [
    `${machine.system}, ${machine.cores} × ${machine.processor}, ${machine.memoryGb} GB, Node ${machine.node}, Claude CLI ${machine.cli}; ${load}`,
    workloads(results),
    section(
      `Time until the request reaches the API (ms; median, p10–p90 of ${rounds} rounds)`,
      toApi(results),
    ),
    section('The same as ratios of medians (range of 90 in 100 repetitions)', ratios(results)),
    section('Simultaneous new conversations (ms)', bursts(results)),
    section(
      `Streams: ${results.deltas.streams} of ${results.deltas.perSecond} deltas a second (ms from the API's write to the read)`,
      deltas(results),
    ),
    discoverySection(results),
    memorySection(results),
    section('Start-up', startUp(results)),
    section('Goals', goals(results)),
    notes.length === 0 ? '' : section('Notes', notes.join('\n')),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Everything that the tables show, the goals, and the single measurements. */
export function jsonOf(results: Results): string {
  const goals = goalsOf(results).map((goal) => ({ ...goal, met: isMet(goal), open: isInconclusive(goal) }));
  const toApi = Object.fromEntries(
    TASKS.map((task) => [
      task,
      Object.fromEntries(
        Object.entries(results.samples[task]).map(([variant, values]) => [variant, summarize(values)]),
      ),
    ]),
  );
  const quantiles = (values: readonly number[]): object => ({
    n: values.length,
    p50: median(values),
    p99: quantile(values, 0.99),
  });
  const { deltas, discovery, ...rest } = results;
  return `${JSON.stringify(
    {
      ...rest,
      toApi,
      deltas: { ...deltas, bare: deltas.bare.map(quantiles), server: deltas.server.map(quantiles) },
      discovery: {
        ...discovery,
        constant: quantiles(discovery.constant),
        routes: Object.fromEntries(
          Object.entries(discovery.routes).map(([route, values]) => [route, quantiles(values)]),
        ),
      },
      goals,
    },
    undefined,
    2,
  )}\n`;
}

/** The table of the workloads with its title; empty if they were not measured. */
export function workloads({ workloads: runs }: Pick<Results, 'workloads'>): string {
  if (runs.length === 0) return '';
  return section(
    'Workloads (ms until the API; requests with a warm process; how many times sooner than a process per request; prompt tokens in thousands)',
    table(workloadTable(runs)),
  );
}

/** The table of the discovery requests with its title. */
export function discoverySection(results: Pick<Results, 'discovery'>): string {
  return section(`Discovery: ${results.discovery.perSecond} requests a second (ms)`, discovery(results));
}

/** The table of memory and open files with its title. */
export function memorySection(results: Pick<Results, 'memory'>): string {
  return section('Memory and open files of the server, without its CLI processes', memory(results));
}

function section(title: string, body: string): string {
  return `${title}\n${body}`;
}

function toApi({ samples }: Results): string {
  const cell = (task: Task, variant: Variant): string => {
    const values = samples[task][variant];
    if (values === undefined) return '';
    const { median, p10, p90 } = summarize(values);
    return `${ms(median)} (${ms(p10)}–${ms(p90)})`;
  };
  return table([
    ['', ...VARIANTS],
    ...TASKS.map((task) => [TASK_TITLES[task], ...VARIANTS.map((variant) => cell(task, variant))]),
  ]);
}

function ratios({ samples }: Results): string {
  const cell = (above: readonly number[] | undefined, below: readonly number[] | undefined): string => {
    if (above === undefined || below === undefined) return '';
    const { value, low, high } = ratioOf(above, below);
    return `${times(value)} (${times(low)}–${times(high)})`;
  };
  return table([
    ['', 'server / bare CLI', 'cold spawn / server', 'claude -p / server'],
    ...TASKS.map((task) => {
      const { server, 'bare CLI': floor } = samples[task];
      // A cold spawn or a one-shot has only first turns: every later request costs the same again.
      const { 'cold spawn': cold, 'claude -p': oneShot } = task.startsWith('workspace')
        ? samples.workspaceFirst
        : samples.first;
      return [TASK_TITLES[task], cell(server, floor), cell(cold, server), cell(oneShot, server)];
    }),
  ]);
}

function bursts({ bursts }: Results): string {
  const sizes = [...new Set(bursts.map(({ size }) => size))];
  const rows = sizes.flatMap((size) =>
    VARIANTS.flatMap((variant) => {
      const own = bursts.filter((burst) => burst.size === size && burst.variant === variant);
      if (own.length === 0) return [];
      const all = own.flatMap(({ toApi }) => toApi);
      const wall = median(own.map(({ wallMs }) => wallMs));
      return [
        [
          `${size} at the same time`,
          variant,
          ms(median(all)),
          ms(quantile(all, 0.95)),
          ms(wall),
          `${own.length}`,
        ],
      ];
    }),
  );
  return table([['', '', 'to API p50', 'to API p95', 'all done', 'runs'], ...rows]);
}

function deltas({ deltas }: Results): string {
  const row = (name: string, of: (part: number) => number): string[] => [
    name,
    ...PARTS.map((part) => ms(of(part))),
  ];
  return table([
    ['', 'p50', 'p95', 'p99'],
    row('bare CLI, to its stdout', (part) => quantile(deltas.bare.flat(), part)),
    row('server, to the HTTP client', (part) => quantile(deltas.server.flat(), part)),
    row('added by the server, median of the slices', (part) => addedToDeltas(deltas, part).value),
  ]);
}

function discovery({ discovery }: Pick<Results, 'discovery'>): string {
  const rows = Object.entries(discovery.routes).map(([route, values]) => [
    route,
    ...PARTS.map((part) => ms(quantile(values, part))),
  ]);
  rows.push([
    'a server that answers with constants',
    ...PARTS.map((part) => ms(quantile(discovery.constant, part))),
  ]);
  const same = discovery.sameProcesses ? 'the same' : 'NOT the same';
  return `${table([['', 'p50', 'p95', 'p99'], ...rows])}
CLI processes before and after: ${same}; processor time that they used: ${discovery.cliCpuMs} ms`;
}

function memory({ memory }: Pick<Results, 'memory'>): string {
  const row = (name: string, look: (typeof memory)['start']): string[] => [
    name,
    look === undefined ? '–' : `${look.rssMb.toFixed(1)} MB`,
    look === undefined ? '–' : `${look.files}`,
  ];
  return table([
    ['', 'resident', 'open files'],
    row(`after ${memory.warmUp} requests`, memory.start),
    row(`after ${memory.requests} more`, memory.afterRequests),
    row(`after ${memory.aborts} aborted during the answer`, memory.afterAborts),
  ]);
}

function startUp({ startUp }: Results): string {
  return table([
    ['extension bundle', `${startUp.extensionKb.toFixed(1)} kB`],
    ['headless bundle', `${startUp.headlessKb.toFixed(1)} kB`],
    ['loading the extension bundle', `${ms(median(startUp.loadMs))} ms`],
    ['activate(), synchronous, in a simulated editor', `${ms(median(startUp.activateMs))} ms`],
  ]);
}

function goals(results: Results): string {
  const shown = (value: number, unit: Goal['unit']): string =>
    Number.isNaN(value) ? '–' : `${unit === '' ? value : value.toFixed(2)}${unit === '' ? '' : ` ${unit}`}`;
  const rows = goalsOf(results).map((goal) => {
    const { what, value, unit, range, bound } = goal;
    const limit = 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
    const spread = range === undefined ? '' : `${times(range[0])}–${times(range[1])}`;
    const verdict = Number.isNaN(value) ? 'not measured' : isMet(goal) ? 'met' : 'NOT MET';
    const doubt = isInconclusive(goal) ? ' (within the noise)' : '';
    return [what, shown(value, unit), spread, limit, `${verdict}${doubt}`];
  });
  return table([['', 'measured', '90 %', 'goal', ''], ...rows]);
}

/** Aligns numbers to the right and text to the left. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          /^[\d–-]/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
