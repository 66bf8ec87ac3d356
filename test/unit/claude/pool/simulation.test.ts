import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PREWARM_MODES } from '../../../../src/core/cliBackend.js';
import { MEASURED } from '../../../support/simulator/costs.js';
import { simulate, type Simulation } from '../../../support/simulator/simulate.js';
import { withVirtualTime } from '../../../support/simulator/virtualTime.js';
import { median } from '../../../support/statistics.js';
import type { Trace, TraceRequest } from '../../../support/workloads/trace.js';
import { WORKLOADS } from '../../../support/workloads/workloads.js';

const SOAK = process.env['SOAK'] !== undefined;
const MINUTE = 60_000;
/** Until the request of a process that is started for it is at the API, without other work. */
const COLD_MS = MEASURED.start + MEASURED.first;

/** The requests that were sent after the first minute and got a process. */
function afterStart({ requests }: Simulation) {
  return requests.filter(({ sentAt, warm }) => sentAt >= MINUTE && warm !== undefined);
}

function shareOfWarm(simulation: Simulation): number {
  const counted = afterStart(simulation);
  return counted.filter(({ warm }) => warm).length / counted.length;
}

/** The median time until the requests of this kind were at the API. */
function toApi(simulation: Simulation, kind: string): number {
  return median(
    afterStart(simulation).flatMap((request) =>
      request.kind === kind && request.atApi !== undefined ? [request.atApi - request.sentAt] : [],
    ),
  );
}

describe('the pool with simulated processes', function () {
  this.timeout(SOAK ? 600_000 : 60_000);
  const seeds = Array.from({ length: SOAK ? 100 : 1 }, (_, at) => at + 1);

  for (const [name, workload] of Object.entries(WORKLOADS)) {
    for (const processes of [2, 4, 8]) {
      it(`has a warm process for 99 of 100 requests of "${name}" with ${processes} processes`, async () => {
        for (const seed of seeds) {
          const simulation = await simulate(workload(seed), { processes });
          assert.ok(shareOfWarm(simulation) >= 0.99, `${shareOfWarm(simulation)} with seed ${seed}`);
          assert.ok(simulation.mostProcesses <= processes);
          const failed = simulation.requests.filter(({ outcome }) => outcome === 'failed');
          assert.deepEqual(failed, []);
        }
      });
    }
  }

  it('sends one-shots ten times, side tasks and agents six times sooner than a new process', async () => {
    const oneShots = await simulate(WORKLOADS['one-shots seconds apart'](1), { processes: 4 });
    assert.ok(toApi(oneShots, 'commitMessage') <= COLD_MS / 10);
    const web = await simulate(WORKLOADS['Open WebUI'](1), { processes: 4 });
    for (const kind of ['webTitle', 'webFollowUps', 'webTags'])
      assert.ok(toApi(web, kind) <= COLD_MS / 6, `${kind}: ${toApi(web, kind)} ms`);
    const agents = await simulate(WORKLOADS['three agents at once'](1), { processes: 8 });
    for (const kind of ['agentTitle', 'agent'])
      assert.ok(toApi(agents, kind) <= COLD_MS / 6, `${kind}: ${toApi(agents, kind)} ms`);
  });

  it('ends the processes that a break of three hours does not need', async () => {
    const work = WORKLOADS['one-shots seconds apart'](1);
    const last: TraceRequest = { ...work.requests[0]!, at: 3 * 60 * MINUTE };
    const { requests } = await simulate({ ...work, requests: [...work.requests, last] }, { processes: 4 });
    assert.equal(requests.at(-1)?.warm, false);
  });

  const kinds = {
    none: { system: 0, tools: 0, opening: 'own' },
    fixed: { system: 100, tools: 0, opening: 'fixed' },
    tools: { system: 100, tools: 3, opening: 'own' },
    time: { system: 100, tools: 1, opening: 'own', timeInSystem: true },
  } as const;

  const request = fc.record(
    {
      kind: fc.constantFrom(...Object.keys(kinds)),
      conversation: fc.nat(5),
      at: fc.oneof(
        fc.nat(20_000),
        fc.record({ after: fc.nat(), pause: fc.constantFrom(0, 50, 700, 20 * MINUTE, 180 * MINUTE) }),
      ),
      prompt: fc.nat(300),
      answer: fc.nat(300),
      firstTokenMs: fc.nat(1000),
      streamMs: fc.nat(5000),
      calls: fc.constant(true as const),
      cancelledAfter: fc.nat(3000),
    },
    { requiredKeys: ['kind', 'conversation', 'at', 'prompt', 'answer', 'firstTokenMs', 'streamMs'] },
  );

  /** A request can follow only an earlier one. */
  const traces = fc.array(request, { minLength: 1, maxLength: 25 }).map((requests): Trace => ({
    kinds,
    requests: requests.map((one, index): TraceRequest => {
      if (typeof one.at === 'number') return { ...one, at: one.at };
      return index === 0 ? { ...one, at: 0 } : { ...one, at: { ...one.at, after: one.at.after % index } };
    }),
  }));

  it('answers every request, never exceeds the limit, and never gives a process to two requests', async () => {
    const options = fc.record({
      processes: fc.integer({ min: 1, max: 8 }),
      prewarm: fc.constantFrom(...PREWARM_MODES),
      idleMs: fc.constantFrom(0, 1000, 10 * MINUTE),
      processors: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(traces, options, async (trace, limits) => {
        // Rejects if a request is never answered. A process that gets a second request fails it.
        const { requests, mostProcesses } = await simulate(trace, limits);
        assert.ok(mostProcesses <= limits.processes, `${mostProcesses} processes`);
        for (const [index, { outcome }] of requests.entries()) {
          const mayEnd = trace.requests[index]!.cancelledAfter !== undefined;
          assert.ok(outcome === 'answered' || (outcome === 'cancelled' && mayEnd), outcome);
        }
      }),
      { numRuns: SOAK ? 20_000 : 1000 },
    );
  });
});

describe('virtual time', () => {
  it('passes without waiting, in the order of the timers', async () => {
    const seen: number[] = [];
    await withVirtualTime(async ({ now, wait }) => {
      const tick = setInterval(() => seen.push(now()), 3_600_000);
      await wait(9_000_000);
      clearInterval(tick);
      seen.push(now());
    });
    assert.deepEqual(seen, [3_600_000, 7_200_000, 9_000_000]);
  });

  it('rejects for something that never happens', async () => {
    await assert.rejects(
      withVirtualTime(() => new Promise(() => undefined)),
      /never happens/,
    );
  });
});
