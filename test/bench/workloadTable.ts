/** The table of the workloads. Pure. */
import { median, quantile } from '../support/statistics.js';
import type { WorkloadRequest, WorkloadRun } from './workloads.js';

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

/** @param runs those of a process for each request included */
export function workloadRows(runs: readonly WorkloadRun[]): WorkloadRow[] {
  return runs.map(({ workload, variant, requests }) => {
    const cold = runs.find((run) => run.workload === workload && run.variant === 'cold')?.requests ?? [];
    const kinds = [...new Set(requests.map(({ kind }) => kind))];
    const ratios = kinds.map((kind) => median(timesOf(cold, kind)) / median(timesOf(requests, kind)));
    const arrived = requests.filter(({ toApi }) => toApi !== undefined);
    const limit = WARM_PART * median(timesOf(cold));
    const warm = arrived.filter(({ known, toApi }) => known || toApi! < limit);
    const sum = (of: (request: WorkloadRequest) => number): number =>
      requests.reduce((total, request) => total + of(request), 0) / 1000;
    return {
      workload,
      variant: variant === 'cold' ? COLD_VARIANT : `maxProcesses ${variant}`,
      requests: requests.length,
      median: median(timesOf(requests)),
      p95: quantile(timesOf(requests), 0.95),
      warm: warm.length / arrived.length,
      sooner: median(ratios.filter(Number.isFinite)),
      full: sum(({ full }) => full),
      written: sum(({ written }) => written),
      read: sum(({ read }) => read),
    };
  });
}

function timesOf(requests: readonly WorkloadRequest[], kind?: string): number[] {
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
      `${(100 * row.warm).toFixed(1)} %`,
      `${row.sooner.toFixed(1)} ×`,
      ...[row.full, row.written, row.read].map((tokens) => tokens.toFixed(1)),
    ]),
  ];
}
