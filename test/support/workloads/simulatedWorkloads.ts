/** The workloads without compression on a simulated machine, to compare with the measured ones. */
import { MEASURED } from '../simulator/costs.js';
import { simulate } from '../simulator/simulate.js';
import type { ComparedRun, TimedRequest } from './goals.js';
import { isFirstTurn, turnsOf, type Trace } from './trace.js';
import { WORKLOADS, type WorkloadName } from './workloads.js';

/** Requests before do not count, because processes are started. Milliseconds. */
const WARM_UP_MS = 60_000;
const SEED = 1;

export interface SimulatedMachine {
  readonly processes: number;
  readonly processors: number;
}

/** Every workload with the pool of the product and the measured costs of the CLI. */
export function simulateWorkloads(machine: SimulatedMachine): Promise<ComparedRun[]> {
  const all = Object.entries(WORKLOADS) as [WorkloadName, (typeof WORKLOADS)[WorkloadName]][];
  // One after the other: a simulation replaces the timers.
  return all.reduce<Promise<ComparedRun[]>>(async (before, [workload, create]) => {
    const runs = await before;
    return [...runs, await simulateWorkload(workload, create(SEED), machine)];
  }, Promise.resolve([]));
}

async function simulateWorkload(
  workload: WorkloadName,
  trace: Trace,
  machine: SimulatedMachine,
): Promise<ComparedRun> {
  const { requests } = await simulate(trace, machine);
  const timed = requests.map(({ kind, sentAt, atApi, warm }, index) => ({
    kind,
    first: isFirstTurn(trace, index),
    toApi: atApi === undefined ? undefined : atApi - sentAt,
    warm,
    sentAt,
  }));
  const counted = timed.filter(({ sentAt }) => sentAt >= WARM_UP_MS);
  const cold = requests.map(({ kind }, index): TimedRequest => ({
    kind,
    first: isFirstTurn(trace, index),
    toApi: coldTime(trace, index),
    warm: false,
  }));
  return { workload, requests: counted, cold };
}

/** Until a request of a process that is started for it is at the API, without other work on the machine. */
function coldTime(trace: Trace, index: number): number {
  return MEASURED.start + MEASURED.first + (turnsOf(trace, index).length - 1) * MEASURED.replayedMessage;
}
