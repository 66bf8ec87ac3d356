import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { singleFlight } from '../../../../src/vscode/platform/singleFlight.js';

describe('singleFlight', () => {
  it('runs exactly once more for any number of calls during a run', async () => {
    let runs = 0;
    let concurrent = 0;
    const run = singleFlight(async () => {
      runs += 1;
      concurrent += 1;
      assert.equal(concurrent, 1);
      await turn();
      concurrent -= 1;
    });
    await Promise.all([run(), run(), run(), run()]);
    assert.equal(runs, 2);
  });

  it('settles a call only after a run that began after the call', async () => {
    let value = 0;
    const seen: number[] = [];
    const run = singleFlight(async () => {
      const now = value;
      await turn();
      seen.push(now);
    });
    const first = run();
    value = 1;
    await run();
    assert.equal(seen.at(-1), 1);
    await first;
  });

  it('rejects when a run throws, and runs again on the next call', async () => {
    let fail = true;
    const run = singleFlight(async () => {
      await turn();
      if (fail) throw new Error('no');
    });
    await assert.rejects(run(), /no/);
    fail = false;
    await run();
  });
});
