/** What a run of the workloads shows, as text and as the tables of `docs/performance.md` and the sentence of README.md. Pure. */
import { isMet, workloadGoals, type ComparedRun, type WorkloadGoal } from '../support/workloads/goals.js';
import { comparedRuns, COLD_VARIANT, workloadRows } from './workloadTable.js';
import type { WorkloadRun } from './workloads.js';

export interface WorkloadResults {
  /** The day of the run, as `2026-01-31`. */
  readonly date: string;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Of the machine. */
  readonly cores: number;
  /** What `maxProcesses: auto` is on it. */
  readonly autoProcesses: number;
  readonly cli: string;
  readonly loadAtStart: number;
  readonly runs: readonly WorkloadRun[];
  /** On simulated machines, with as many processors and with more. */
  readonly simulated: readonly { readonly processors: number; readonly runs: readonly ComparedRun[] }[];
}

/** The goals with the default settings, and what the simulator shows for them. The first row is the head. */
export function goalRows({ runs, simulated }: WorkloadResults): string[][] {
  const simulatedGoals = simulated.map((machine) => workloadGoals(machine.runs));
  const head = [
    'with the default settings, after the first minute',
    'goal',
    'measured',
    '',
    ...simulated.map(({ processors }) => `simulated, ${processors} cores`),
  ];
  const shared = (what: string): string => what.replace(/ \(least: .*/, '');
  return [
    head,
    ...workloadGoals(comparedRuns(runs, 'auto')).map((goal) => [
      goal.what,
      'atMost' in goal.bound ? `≤ ${shown(goal, goal.bound.atMost)}` : `≥ ${shown(goal, goal.bound.atLeast)}`,
      shown(goal, goal.value),
      verdict(goal),
      ...simulatedGoals.map((goals) => {
        const same = goals.find(({ what }) => shared(what) === shared(goal.what));
        return same === undefined ? '' : shown(same, same.value);
      }),
    ]),
  ];
}

function shown({ unit }: WorkloadGoal, value: number): string {
  if (Number.isNaN(value)) return '–';
  if (unit === 'share') return `${(100 * value).toFixed(value === 0.99 || value === 1 ? 0 : 1)} %`;
  return `${value.toFixed(Number.isInteger(value) ? 0 : 1)} ×`;
}

function verdict(goal: WorkloadGoal): string {
  if (Number.isNaN(goal.value)) return 'not measured';
  return isMet(goal) ? 'met' : 'NOT MET';
}

const START = '<!-- measured workloads: npm run bench -- --only workloads --write -->';
const END = '<!-- end of the measured workloads -->';

/** @throws Error if the document has no place for the measured workloads */
export function withMeasuredWorkloads(document: string, results: WorkloadResults): string {
  const [from, to] = [document.indexOf(START), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error('The document has no place for the measured workloads.');
  return `${document.slice(0, from)}${START}\n\n${markdownOf(results)}\n\n${document.slice(to)}`;
}

const QUOTE = /\d+ to \d+ times sooner than with a/g;

/** Replaces how many times sooner requests are at the API. @throws Error if the document does not say it */
export function withMeasuredRange(document: string, { runs }: WorkloadResults): string {
  const ratios = workloadRows(runs).flatMap(({ variant, sooner }) =>
    variant === 'maxProcesses auto' ? [sooner] : [],
  );
  const range = `${Math.floor(Math.min(...ratios))} to ${Math.floor(Math.max(...ratios))}`;
  if (document.search(QUOTE) < 0) throw new Error('The document does not quote the workloads.');
  return document.replace(QUOTE, `${range} times sooner than with a`);
}

function markdownOf(results: WorkloadResults): string {
  const { date, warmUpSeconds, seconds, cores, autoProcesses, cli, loadAtStart } = results;
  const busy = loadAtStart > 0.5 ? `, which had a load of ${loadAtStart.toFixed(1)} at the start` : '';
  return [
    `Run of ${date} with CLI ${cli} on a machine with ${cores} cores${busy}. In each run of the server, ${warmUpSeconds} seconds of requests come first and do not count; then ${seconds} seconds count. \`maxProcesses\` \`auto\` is ${autoProcesses} there. The simulated runs are not compressed.`,
    markdownTable(goalRows(results)),
    'All variants: milliseconds until a request is at the API, how many times sooner that is than with a process per request (median of the ratios of the kinds), and thousands of tokens of the prompts: paid in full, written to the cache of the API, and read from it.',
    markdownTable(variantRows(results.runs)),
  ].join('\n\n');
}

function variantRows(runs: readonly WorkloadRun[]): string[][] {
  const head = [
    'workload',
    'variant',
    'requests',
    'median',
    '95th percentile',
    'warm',
    'sooner',
    'full',
    'written',
    'read',
  ];
  return [
    head,
    ...workloadRows(runs).map((row) => [
      row.workload,
      row.variant.replace('maxProcesses', '`maxProcesses`'),
      `${row.requests}`,
      row.median.toFixed(0),
      row.p95.toFixed(0),
      row.variant === COLD_VARIANT ? '' : `${(100 * row.warm).toFixed(1)} %`,
      `${row.sooner.toFixed(1)} ×`,
      ...[row.full, row.written, row.read].map((tokens) => tokens.toFixed(1)),
    ]),
  ];
}

function markdownTable([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...rows.map(line)].join('\n');
}
