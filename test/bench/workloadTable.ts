/** The table of the workloads. Pure. */
import { median, quantile } from '../support/statistics.js';
import { shareOfWarm, type ComparedRun } from '../support/workloads/goals.js';
import type { WorkloadRequest, WorkloadRun, WorkloadVariant } from './workloads.js';

export interface WorkloadRow {
  readonly workload: string;
  readonly variant: string;
  readonly requests: number;
  /** Milliseconds until a request was at the API. */
  readonly median: number;
  readonly p95: number;
  /** The share of requests that did not wait for the start of a process. */
  readonly warm: number;
  /** How many times sooner than with a process for each request: median of the ratios of the kinds' medians. */
  readonly sooner: number;
  /** Thousands of tokens: paid in full, written to the cache, read from it. */
  readonly full: number;
  readonly written: number;
  readonly read: number;
}

/** The title of the runs with a process for each request. */
export const COLD_VARIANT = 'a process per request';

/** A request that takes less than this part of a new process's time did not wait for one. */
const WARM_PART = 0.5;

/** The runs with this variant, each beside the one with a process for each request. */
export function comparedRuns(runs: readonly WorkloadRun[], variant: WorkloadVariant): ComparedRun[] {
  return runs
    .filter((run) => run.variant === variant)
    .map(({ workload, requests }) => {
      const cold = runs.find((run) => run.workload === workload && run.variant === 'cold')?.requests ?? [];
      const limit = WARM_PART * median(timesOf(cold));
      const withWarm = (request: WorkloadRequest) => {
        const { toApi, known } = request;
        return { ...request, warm: toApi === undefined ? undefined : known || toApi < limit };
      };
      return { workload, requests: requests.map(withWarm), cold: cold.map(withWarm) };
    });
}

/** @param runs those of a process for each request included */
export function workloadRows(runs: readonly WorkloadRun[]): WorkloadRow[] {
  return runs.map(({ workload, variant, requests }) => {
    const [compared] = comparedRuns(
      runs.filter((run) => run.workload === workload),
      variant,
    );
    const cold = compared?.cold ?? [];
    const kinds = [...new Set(requests.map(({ kind }) => kind))];
    const ratios = kinds.map((kind) => median(timesOf(cold, kind)) / median(timesOf(requests, kind)));
    const sum = (of: (request: WorkloadRequest) => number): number =>
      requests.reduce((total, request) => total + of(request), 0) / 1000;
    return {
      workload,
      variant: variant === 'cold' ? COLD_VARIANT : `maxProcesses ${variant}`,
      requests: requests.length,
      median: median(timesOf(requests)),
      p95: quantile(timesOf(requests), 0.95),
      warm: shareOfWarm(compared?.requests ?? []),
      sooner: median(ratios.filter(Number.isFinite)),
      full: sum(({ full }) => full),
      written: sum(({ written }) => written),
      read: sum(({ read }) => read),
    };
  });
}

function timesOf(requests: readonly Pick<WorkloadRequest, 'kind' | 'toApi'>[], kind?: string): number[] {
  return requests.flatMap((request) =>
    request.toApi !== undefined && (kind === undefined || request.kind === kind) ? [request.toApi] : [],
  );
}

export function workloadTable(runs: readonly WorkloadRun[]): string[][] {
  const head = ['', '', 'requests', 'to API p50', 'p95', 'warm', 'sooner', 'full kTok', 'written', 'read'];
  return [
    head,
    ...workloadRows(runs).map((row) => [
      row.workload,
      row.variant,
      `${row.requests}`,
      row.median.toFixed(0),
      row.p95.toFixed(0),
      row.variant === COLD_VARIANT ? '' : `${(100 * row.warm).toFixed(1)} %`,
      `${row.sooner.toFixed(1)} ×`,
      ...[row.full, row.written, row.read].map((tokens) => tokens.toFixed(1)),
    ]),
  ];
}
