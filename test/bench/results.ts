/** Everything that one run has measured, and what of it the design asks for. Pure. */
import type { Burst } from './atOnce.js';
import type { Carrier } from './carriers.js';
import type { DeltaTimes } from './deltas.js';
import type { DiscoveryTimes } from './discovery.js';
import type { Memory } from './memory.js';
import type { Samples, Task } from './contest.js';
import type { StartUp } from './startUp.js';
import { median, medianOf, quantile, ratioOf, type Estimate } from '../support/statistics.js';

/** What the numbers depend on. Names neither the machine nor its user. */
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
  /** What was not as it should be while measuring. */
  readonly notes: readonly string[];
}

export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly unit: '×' | 'ms' | 'kB' | 'MB' | '';
  /** Holds the value in 90 of 100 repetitions of the run, where that can be told. */
  readonly range?: readonly [low: number, high: number];
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether the measured value keeps its bound. */
export function isMet({ value, bound }: Goal): boolean {
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** Whether the run was too noisy to tell: the bound lies within the range. */
export function isOpen({ range, bound }: Goal): boolean {
  if (range === undefined) return false;
  const limit = 'atMost' in bound ? bound.atMost : bound.atLeast;
  return range[0] <= limit && limit <= range[1];
}

/** What we add to that quantile of the deltas: the median over the slices, each against its neighbour of the CLI's. */
export function addedToDeltas({ bare, ours }: DeltaTimes, part: number): Estimate {
  return medianOf(ours.map((slice, i) => quantile(slice, part) - quantile(bare[i]!, part)));
}

/** The table of the design's section on speed. */
export function goalsOf(results: Results): Goal[] {
  const { samples, deltas, discovery, memory, startUp } = results;
  const series = (task: Task, carrier: Carrier): readonly number[] => samples[task][carrier] ?? [];
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
    ratio(`${what}, to the floor`, series(task, 'ours'), series(task, 'bare CLI'), { atMost });
  const cold = series('first', 'cold spawn');
  const added = (what: string, part: number, atMost: number): Goal => {
    const { value, low, high } = addedToDeltas(deltas, part);
    return { what, value, unit: 'ms', range: [low, high], bound: { atMost } };
  };
  const growth = (after: Memory['start'], key: 'rssMb' | 'files'): number =>
    (after?.[key] ?? Number.NaN) - (memory.start?.[key] ?? Number.NaN);
  return [
    toFloor('first turn', 'first', 1.05),
    ratio('first turn, sooner than a cold spawn', cold, series('first', 'ours'), { atLeast: 4.3 }),
    ratio('first turn, sooner than claude -p', series('first', 'claude -p'), series('first', 'ours'), {
      atLeast: 5,
    }),
    toFloor('first turn, foreseen', 'foreseen', 1.1),
    toFloor('second turn', 'second', 1.15),
    toFloor('third turn', 'third', 1.15),
    ratio('second turn, sooner than a cold spawn', cold, series('second', 'ours'), { atLeast: 15 }),
    ratio('third turn, sooner than a cold spawn', cold, series('third', 'ours'), { atLeast: 15 }),
    toFloor('tool result', 'tool', 1.15),
    toFloor('edited history', 'edited', 1.15),
    toFloor('edited history, foreseen', 'editedForeseen', 1.15),
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
