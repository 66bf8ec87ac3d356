import assert from 'node:assert/strict';
import type { HistoryEntry, Result } from '../../../../src/vscode/activity/history.js';
import {
  copyText,
  detailsOf,
  formatCost,
  formatDuration,
  rowOf,
} from '../../../../src/vscode/activity/rows.js';

const ACTIVE: HistoryEntry = {
  key: 1,
  label: '#7',
  client: 'sample/1.0',
  subject: 'claude-sonnet:latest',
  lane: 'chat',
  startedAt: 10_000,
  phase: 'waiting',
  decisions: [],
  result: undefined,
};
const RESULT: Result = {
  totalMs: 2_345,
  firstTokenMs: 80,
  outputMs: 2_000,
  promptTokens: 12_000,
  outputTokens: 140,
  costUsd: 0.0123,
  cancelled: false,
  endedAt: 12_345,
};
const finished = (result: Partial<Result>): HistoryEntry => ({ ...ACTIVE, result: { ...RESULT, ...result } });

describe('rowOf', () => {
  it('shows the phase of an active request, and its elapsed time', () => {
    const rows = (['waiting', 'sent', 'thinking', 'answering'] as const).map(
      (phase) => rowOf({ ...ACTIVE, phase }, 13_999).description,
    );
    assert.deepEqual(rows, [
      'claude-sonnet:latest · waiting for a process · 3 s',
      'claude-sonnet:latest · waiting for Claude · 3 s',
      'claude-sonnet:latest · thinking · 3 s',
      'claude-sonnet:latest · answering · 3 s',
    ]);
  });

  it('shows time, tokens, speed and cost of an answered request', () => {
    const { label, description, icon } = rowOf(finished({}), 0);
    assert.equal(label, 'sample/1.0');
    assert.equal(description, 'claude-sonnet:latest · 2.3 s · 140 tokens · 70 tokens/s · $0.0123');
    assert.equal(icon, 'pass');
  });

  it('shows the error of a failed request first', () => {
    const { description, icon } = rowOf(
      { ...ACTIVE, result: { totalMs: 3, error: 'model not found', cancelled: false, endedAt: 0 } },
      0,
    );
    assert.equal(description, 'claude-sonnet:latest · model not found · 3 ms');
    assert.equal(icon, 'error');
  });

  it('shows that a request was cancelled', () => {
    const result = { totalMs: 900, error: 'The client disconnected.', cancelled: true, endedAt: 0 };
    const { description, icon } = rowOf({ ...ACTIVE, result }, 0);
    assert.equal(description, 'claude-sonnet:latest · cancelled · 900 ms');
    assert.equal(icon, 'circle-slash');
  });

  it('has a label for screen readers that includes the meaning of the icon', () => {
    assert.equal(
      rowOf(finished({}), 0).ariaLabel,
      'sample/1.0, claude-sonnet:latest, answered, 2.3 s, 140 tokens, 70 tokens/s, $0.0123',
    );
  });

  it('shows the request label when the client has no name', () => {
    assert.equal(rowOf({ ...ACTIVE, client: '' }, 0).label, 'request #7');
  });

  it('lets only an active request be cancelled', () => {
    assert.deepEqual([rowOf(ACTIVE, 0).contextValue, rowOf(finished({}), 0).contextValue], ['live', 'over']);
  });

  it('shows no speed when all tokens arrived at once', () => {
    assert.doesNotMatch(rowOf(finished({ outputMs: 0 }), 0).description, /tokens\/s/);
  });
});

describe('detailsOf', () => {
  it('has a line for each known value, and none for unknown ones', () => {
    assert.deepEqual(
      detailsOf(finished({})).map(({ name }) => name),
      [
        'State',
        'Client',
        'Model',
        'Lane',
        'Started',
        'Time to first token',
        'Total time',
        'Speed',
        'Tokens in',
        'Tokens out',
        'Cost',
        'Log label',
      ],
    );
    assert.deepEqual(
      detailsOf(ACTIVE).map(({ name }) => name),
      ['State', 'Client', 'Model', 'Lane', 'Started', 'Log label'],
    );
  });

  it('has a line for each permission decision', () => {
    const decisions = ['allowed once: Edit src/a.ts', 'denied: Bash `rm -r .`'];
    const lines = detailsOf({ ...ACTIVE, decisions }).filter(({ name }) => name === 'Permission');
    assert.deepEqual(
      lines.map(({ value }) => value),
      decisions,
    );
  });

  it('shows the error first', () => {
    assert.deepEqual(detailsOf(finished({ error: 'overloaded' }))[0], { name: 'Error', value: 'overloaded' });
  });
});

describe('copyText', () => {
  it('has a line for each detail', () => {
    assert.match(copyText(finished({})), /^State: answered\nClient: sample\/1\.0\n.*Tokens in: 12,000\n/s);
  });
});

describe('formatDuration and formatCost', () => {
  it('use as many decimal places as are needed', () => {
    assert.deepEqual([0.4, 999, 1_000, 9_940, 10_400].map(formatDuration), [
      '0 ms',
      '999 ms',
      '1.0 s',
      '9.9 s',
      '10 s',
    ]);
    assert.deepEqual([0, 0.00002, 0.00012, 0.0999, 0.1, 12].map(formatCost), [
      '$0.0000',
      '<$0.0001',
      '$0.0001',
      '$0.0999',
      '$0.10',
      '$12.00',
    ]);
  });
});
