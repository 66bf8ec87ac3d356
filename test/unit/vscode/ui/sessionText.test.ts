import assert from 'node:assert/strict';
import { describePlanUsage, describeTotals, formatTime } from '../../../../src/vscode/ui/sessionText.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const HOUR_S = 3_600;

describe('describeTotals', () => {
  it('includes the cost only when it is known', () => {
    const totals = { requests: 1, failed: 0, promptTokens: 1, outputTokens: 0, lastError: undefined };
    assert.equal(describeTotals({ ...totals, costUsd: undefined }), '1 request · 1 token in, 0 out');
    assert.equal(describeTotals({ ...totals, costUsd: 1.5 }), '1 request · 1 token in, 0 out · $1.50');
  });
});

describe('describePlanUsage', () => {
  it('describes each limit with the time of its reset', () => {
    const windows = [
      { name: 'five_hour', used: 0.254, resetsAt: NOW / 1000 + HOUR_S },
      { name: 'seven_day', used: 0.5, resetsAt: NOW / 1000 + 72 * HOUR_S },
    ];
    assert.match(
      describePlanUsage({ status: 'allowed', windows }, NOW),
      /^5 hours 25 % used, resets \d\d:\d\d.* · week 50 % used, resets \w{3},? \d\d:\d\d.*$/,
    );
  });

  it('shows the name of an unknown limit, and leaves out unknown figures', () => {
    assert.equal(describePlanUsage({ status: 'allowed', windows: [{ name: 'new_kind' }] }, NOW), 'new kind');
  });

  it('is empty once every limit has been reset', () => {
    const windows = [{ name: 'five_hour', used: 1, resetsAt: NOW / 1000 - 1 }];
    assert.equal(describePlanUsage({ status: 'rejected', windows }, NOW), '');
    assert.equal(describePlanUsage(undefined, NOW), '');
  });
});

describe('formatTime', () => {
  it('includes the weekday for a time that is more than a day away', () => {
    assert.match(formatTime(NOW + 1, NOW, 'de'), /^\d\d:\d\d$/);
    assert.match(formatTime(NOW + 2 * 86_400_000, NOW, 'de'), /^Do\.?,? \d\d:\d\d$/);
  });

  it('is in the format of the language', () => {
    assert.match(formatTime(NOW + 1, NOW, 'en-US'), /^\d\d:\d\d\s[AP]M$/u);
  });
});
