/** All measurements of a run, and the goals for them. Pure. */
import type { Burst } from './bursts.js';
import type { Variant } from './variants.js';
import type { DeltaTimes } from './deltas.js';
import type { DiscoveryTimes } from './discovery.js';
import type { Memory } from './memory.js';
import type { Samples, Task } from './comparison.js';
import type { StartUp } from './startUp.js';
import { comparedRuns } from './workloadTable.js';
import { workloadGoals } from '../support/workloads/goals.js';
import type { WorkloadRun } from './workloads.js';
import { median, medianOf, quantile, ratioOf, type Estimate } from '../support/statistics.js';

/** What the measurements depend on. Identifies neither the machine nor its user. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly cli: string;
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
}

export interface Results {
  readonly machine: Machine;
  readonly rounds: number;
  readonly samples: Samples;
  readonly bursts: readonly Burst[];
  readonly deltas: DeltaTimes;
  readonly discovery: DiscoveryTimes;
  readonly memory: Memory;
  readonly startUp: StartUp;
  readonly workloads: readonly WorkloadRun[];
  /** Problems during the run that make measurements less reliable. */
  readonly notes: readonly string[];
}

export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly unit: '×' | 'ms' | 'kB' | 'MB' | '';
  /** Contains the value in 90 of 100 repetitions of the run; absent where that cannot be estimated. */
  readonly range?: readonly [low: number, high: number];
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether the run is too noisy to decide: the bound lies within the range. */
export function isInconclusive({ range, bound }: Goal): boolean {
  if (range === undefined) return false;
  const limit = 'atMost' in bound ? bound.atMost : bound.atLeast;
  return range[0] <= limit && limit <= range[1];
}

/** What the server adds to a quantile of the deltas: the median over the slices, each compared with the bare CLI's. */
export function addedToDeltas({ bare, server }: DeltaTimes, part: number): Estimate {
  return medianOf(server.map((slice, i) => quantile(slice, part) - quantile(bare[i]!, part)));
}

/** The goals of the workloads with the default settings. */
function workloadGoalsOf(runs: readonly WorkloadRun[]): Goal[] {
  if (runs.length === 0) return [];
  return workloadGoals(comparedRuns(runs, 'auto')).map(({ unit, ...goal }) => ({
    ...goal,
    unit: unit === 'share' ? '' : unit,
  }));
}

/** The goals of the project for its speed, with the measured values. */
export function goalsOf(results: Results): Goal[] {
  const { samples, deltas, discovery, memory, startUp } = results;
  const series = (task: Task, variant: Variant): readonly number[] => samples[task][variant] ?? [];
  const ratio = (
    what: string,
    above: readonly number[],
    below: readonly number[],
    bound: Goal['bound'],
  ): Goal => {
    const { value, low, high } = ratioOf(above, below);
    return { what, value, unit: '×', range: [low, high], bound };
  };
  const toFloor = (what: string, task: Task, atMost: number): Goal =>
    ratio(`${what}, to the floor`, series(task, 'server'), series(task, 'bare CLI'), { atMost });
  const cold = series('first', 'cold spawn');
  const added = (what: string, part: number, atMost: number): Goal => {
    const { value, low, high } = addedToDeltas(deltas, part);
    return { what, value, unit: 'ms', range: [low, high], bound: { atMost } };
  };
  const growth = (after: Memory['start'], key: 'rssMb' | 'files'): number =>
    (after?.[key] ?? Number.NaN) - (memory.start?.[key] ?? Number.NaN);
  return [
    ...workloadGoalsOf(results.workloads),
    toFloor('first turn', 'first', 1.05),
    ratio('first turn, sooner than a cold spawn', cold, series('first', 'server'), { atLeast: 4.3 }),
    ratio('first turn, sooner than claude -p', series('first', 'claude -p'), series('first', 'server'), {
      atLeast: 5,
    }),
    toFloor('first turn, emptied process', 'firstEmptied', 1.1),
    ratio(
      'first turn with other tools, sooner than a cold spawn',
      cold,
      series('firstEmptiedTools', 'server'),
      {
        atLeast: 4.3,
      },
    ),
    ratio(
      'first turn, emptied process, compared with a next turn',
      series('firstEmptied', 'server'),
      [...series('second', 'server'), ...series('third', 'server')],
      { atMost: 1.5 },
    ),
    toFloor('second turn', 'second', 1.15),
    toFloor('third turn', 'third', 1.15),
    ratio('second turn, sooner than a cold spawn', cold, series('second', 'server'), { atLeast: 15 }),
    ratio('third turn, sooner than a cold spawn', cold, series('third', 'server'), { atLeast: 15 }),
    toFloor('tool result', 'tool', 1.15),
    toFloor('edited turn', 'edited', 1.15),
    toFloor('unknown history', 'replayed', 1.15),
    toFloor('workspace lane, first turn', 'workspaceFirst', 1.1),
    toFloor('workspace lane, next turn', 'workspaceNext', 1.15),
    added('added to a delta, p50', 0.5, 1),
    added('added to a delta, p99', 0.99, 5),
    ...Object.entries(discovery.routes).map(([route, times]): Goal => ({
      what: `${route}, p99`,
      value: quantile(times, 0.99),
      unit: 'ms',
      bound: { atMost: 5 },
    })),
    {
      what: 'discovery, p99, added to a server that answers with constants',
      value: quantile(Object.values(discovery.routes).flat(), 0.99) - quantile(discovery.constant, 0.99),
      unit: 'ms',
      bound: { atMost: 5 },
    },
    {
      what: 'CLI processes changed by discovery',
      value: discovery.sameProcesses ? 0 : 1,
      unit: '',
      bound: { atMost: 0 },
    },
    {
      what: 'loading and activating, synchronous',
      value: median(startUp.loadMs.map((load, run) => load + startUp.activateMs[run]!)),
      unit: 'ms',
      bound: { atMost: 20 },
    },
    { what: 'extension bundle', value: startUp.extensionKb, unit: 'kB', bound: { atMost: 200 } },
    {
      what: `memory grown by ${memory.requests} requests`,
      value: growth(memory.afterRequests, 'rssMb'),
      unit: 'MB',
      bound: { atMost: 32 },
    },
    {
      what: `memory grown by ${memory.aborts} aborts too`,
      value: growth(memory.afterAborts, 'rssMb'),
      unit: 'MB',
      bound: { atMost: 32 },
    },
    {
      what: 'open files more than at the start',
      value: Math.max(growth(memory.afterRequests, 'files'), growth(memory.afterAborts, 'files')),
      unit: '',
      bound: { atMost: 2 },
    },
  ];
}
