/** The project's goals for workloads: how many requests find a warm process, and how soon they are at the API. Pure. */
import { median } from '../statistics.js';
import type { WorkloadName } from './workloads.js';

/** What is known about a request of a trace, measured or simulated. */
export interface TimedRequest {
  readonly kind: string;
  /** The first turn of its conversation. */
  readonly first: boolean;
  /** Milliseconds until the request was at the API; `undefined` if the client disconnected before. */
  readonly toApi: number | undefined;
  /** Whether it did not wait for the start of a process; `undefined` if it got none. */
  readonly warm: boolean | undefined;
}

export interface ComparedRun {
  readonly workload: WorkloadName;
  /** With the server, after the first minute. */
  readonly requests: readonly TimedRequest[];
  /** The same with a CLI process for each request; empty if that was not measured. */
  readonly cold: readonly TimedRequest[];
}

/** Whether a value is within its bound. */
export function isMet({ value, bound }: Pick<WorkloadGoal, 'value' | 'bound'>): boolean {
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

export interface WorkloadGoal {
  readonly what: string;
  /** `NaN` if it was not measured. A share is a number from 0 to 1. */
  readonly value: number;
  readonly unit: '×' | 'share';
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

const SIDE_TASKS: ReadonlySet<string> = new Set([
  'webTitle',
  'webFollowUps',
  'webTags',
  'agentTitle',
  'editorTitle',
]);

/** What a ratio is about. */
type Group = readonly [workload: WorkloadName, kind: string, first: boolean];

/** The goals of the project for these runs. `NaN` stands for what the runs do not contain. */
export function workloadGoals(runs: readonly ComparedRun[]): WorkloadGoal[] {
  const groups = runs.flatMap(({ workload, requests }): Group[] => {
    const keys = new Set(requests.map(({ kind, first }) => JSON.stringify([workload, kind, first])));
    return [...keys].map((key) => JSON.parse(key) as Group);
  });
  const time = (part: 'requests' | 'cold', [name, kind, first]: Group): number => {
    const run = runs.find(({ workload }) => workload === name);
    return median(
      (run?.[part] ?? []).flatMap((request) =>
        request.kind === kind && request.first === first && request.toApi !== undefined
          ? [request.toApi]
          : [],
      ),
    );
  };
  const lowest = (what: string, atLeast: number, isMeant: (group: Group) => boolean): WorkloadGoal => {
    const ratios = groups
      .filter(isMeant)
      .map((group) => ({ group, ratio: time('cold', group) / time('requests', group) }))
      .filter(({ ratio }) => !Number.isNaN(ratio))
      .sort((a, b) => a.ratio - b.ratio);
    const [least] = ratios;
    const where = least === undefined || ratios.length === 1 ? '' : ` (least: ${titleOf(least.group)})`;
    return { what: `${what}${where}`, value: least?.ratio ?? Number.NaN, unit: '×', bound: { atLeast } };
  };
  const chat = (workload: WorkloadName): number => time('requests', [workload, 'webChat', true]);
  return [
    ...runs.map(({ workload, requests }): WorkloadGoal => ({
      what: `${workload}: requests that find a warm process`,
      value: shareOfWarm(requests),
      unit: 'share',
      bound: { atLeast: 0.99 },
    })),
    lowest('one-shots, sooner than a cold start', 10, ([, kind]) => kind === 'commitMessage'),
    lowest('side tasks, sooner than a cold start', 6, ([, kind]) => SIDE_TASKS.has(kind)),
    lowest(
      "agents' first turns, sooner than a cold start",
      6,
      ([, kind, first]) => first && kind === 'agent',
    ),
    {
      what: 'a chat behind its title, compared with a chat alone',
      value: chat('Open WebUI') / chat('Open WebUI without titles'),
      unit: '×',
      bound: { atMost: 1.3 },
    },
    lowest('next turns, sooner than a cold start', 12, ([, , first]) => !first),
    lowest('every kind of request, sooner than a process per request', 1, () => true),
  ];
}

/** The share of those requests that got a process. */
export function shareOfWarm(requests: readonly Pick<TimedRequest, 'warm'>[]): number {
  const counted = requests.filter(({ warm }) => warm !== undefined);
  return counted.filter(({ warm }) => warm).length / counted.length;
}

function titleOf([workload, kind, first]: Group): string {
  return `${kind}, ${first ? 'first turn' : 'next turns'}, in ${workload}`;
}
