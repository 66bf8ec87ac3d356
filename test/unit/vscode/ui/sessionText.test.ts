import assert from 'node:assert/strict';
import { clock, describePlanUsage, describeTotals } from '../../../../src/vscode/ui/sessionText.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const HOUR = 3_600;

describe('what a session has used', () => {
  it('is told with costs only where they are known', () => {
    const totals = { requests: 1, failed: 0, promptTokens: 1, outputTokens: 0, lastError: undefined };
    assert.equal(describeTotals({ ...totals, costUsd: undefined }), '1 request · 1 token in, 0 out');
    assert.equal(describeTotals({ ...totals, costUsd: 1.5 }), '1 request · 1 token in, 0 out · $1.50');
  });
});

describe("what is left of a plan's limits", () => {
  it('is told for each limit, with the time at which it begins anew', () => {
    const windows = [
      { name: 'five_hour', used: 0.254, resetsAt: NOW / 1000 + HOUR },
      { name: 'seven_day', used: 0.5, resetsAt: NOW / 1000 + 72 * HOUR },
    ];
    assert.match(
      describePlanUsage({ status: 'allowed', windows }, NOW),
      /^5 hours 25 % used, resets \d\d:\d\d · week 50 % used, resets \w{3} \d\d:\d\d$/,
    );
  });

  it('is told by the name of a limit that is not known, and without figures that are not known', () => {
    assert.equal(describePlanUsage({ status: 'allowed', windows: [{ name: 'new_kind' }] }, NOW), 'new kind');
  });

  it('is nothing once every limit has begun anew', () => {
    const windows = [{ name: 'five_hour', used: 1, resetsAt: NOW / 1000 - 1 }];
    assert.equal(describePlanUsage({ status: 'rejected', windows }, NOW), '');
    assert.equal(describePlanUsage(undefined, NOW), '');
  });
});

describe('a time of day', () => {
  it('has its weekday when it is more than a day away', () => {
    assert.match(clock(NOW + 1, NOW), /^\d\d:\d\d$/);
    assert.match(clock(NOW + 2 * 86_400_000, NOW), /^\w{3} \d\d:\d\d$/);
  });
});
