import assert from 'node:assert/strict';
import { isMet, workloadGoals, type ComparedRun, type TimedRequest } from '../support/workloads/goals.js';
import { compress } from '../support/workloads/playTrace.js';
import { simulateWorkloads } from '../support/workloads/simulatedWorkloads.js';
import type { Trace } from '../support/workloads/trace.js';

const request = (kind: string, toApi: number, more: Partial<TimedRequest> = {}): TimedRequest => ({
  kind,
  toApi,
  first: true,
  warm: true,
  ...more,
});

/** The goals that these runs miss, without what the goal is about most. */
function missed(runs: readonly ComparedRun[]): string[] {
  return workloadGoals(runs)
    .filter((goal) => !Number.isNaN(goal.value) && !isMet(goal))
    .map(({ what }) => what.replace(/ \(least: .*/, ''));
}

describe('the goals of the workloads', () => {
  it('are met by the policy with 8 processes on two cores', async function () {
    this.timeout(60_000);
    assert.deepEqual(missed(await simulateWorkloads({ processes: 8, processors: 2 })), []);
  });

  it('are missed by a kind of request that is slower than a process per request', () => {
    const requests = [request('autocomplete', 500), request('home', 10)];
    const cold = [request('autocomplete', 400), request('home', 400)];
    assert.deepEqual(missed([{ workload: 'autocomplete', requests, cold }]), [
      'every kind of request, sooner than a process per request',
    ]);
  });

  it('are missed by requests that wait for a start, and by a chat that waits for its title', () => {
    const next = { first: false };
    const cold = [request('webChat', 1000), request('webChat', 1000, next)];
    const fast = [request('webChat', 30), request('webChat', 30, next)];
    const slow = [request('webChat', 400, { warm: false }), request('webChat', 30, next)];
    assert.deepEqual(
      missed([
        { workload: 'Open WebUI', requests: slow, cold },
        { workload: 'Open WebUI without titles', requests: fast, cold },
      ]),
      [
        'Open WebUI: requests that find a warm process',
        'a chat behind its title, compared with a chat alone',
      ],
    );
  });
});

describe('a compressed trace', () => {
  it('keeps the time between requests that are sent together, and shortens pauses and answers', () => {
    const sizes = { prompt: 1, answer: 1, firstTokenMs: 100, streamMs: 4000 };
    const trace: Trace = {
      kinds: { a: { system: 0, tools: 0, opening: 'own' } },
      requests: [
        { kind: 'a', conversation: 0, at: 0, ...sizes },
        { kind: 'a', conversation: 1, at: 80, ...sizes },
        { kind: 'a', conversation: 1, at: { after: 1, pause: 700 }, ...sizes },
        { kind: 'a', conversation: 2, at: 60_080, ...sizes },
        { kind: 'a', conversation: 1, at: { after: 2, pause: 20_000 }, ...sizes },
      ],
    };
    const { requests } = compress(trace, 0.1);
    assert.deepEqual(
      requests.map(({ at }) => at),
      [0, 80, { after: 1, pause: 700 }, 6080, { after: 2, pause: 2000 }],
    );
    assert.ok(requests.every(({ streamMs, firstTokenMs }) => streamMs === 400 && firstTokenMs === 100));
  });
});
