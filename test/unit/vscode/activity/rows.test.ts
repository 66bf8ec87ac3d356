import assert from 'node:assert/strict';
import { activityFilters } from '../../../../src/vscode/activity/filter.js';
import type { PermissionRequest } from '../../../../src/core/permission.js';
import type { HistoryEntry, Result } from '../../../../src/vscode/activity/history.js';
import {
  copyText,
  detailsOf,
  formatCost,
  formatDuration,
  questionOf,
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
const QUESTION: PermissionRequest = {
  tool: 'Bash',
  input: { command: 'npm test' },
  folder: '/code/shop',
  model: 'sonnet',
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
      'waiting for a process · 3 s · claude-sonnet:latest',
      'waiting for Claude · 3 s · claude-sonnet:latest',
      'thinking · 3 s · claude-sonnet:latest',
      'answering · 3 s · claude-sonnet:latest',
    ]);
  });

  it('shows time, tokens, speed and cost of an answered request', () => {
    const { label, description, icon } = rowOf(finished({}), 0);
    assert.equal(label, 'sample');
    assert.equal(description, '2.3 s · claude-sonnet:latest · 140 tokens · 70 tokens/s · $0.0123');
    assert.equal(icon, 'pass');
  });

  it('shows the error of a failed request before everything but the time', () => {
    const { description, icon } = rowOf(
      { ...ACTIVE, result: { totalMs: 3, error: 'model not found', cancelled: false, endedAt: 0 } },
      0,
    );
    assert.equal(description, '3 ms · model not found · claude-sonnet:latest');
    assert.equal(icon, 'error');
  });

  it('tells a client that disconnected from a request that was cancelled', () => {
    const cancelled = { totalMs: 900, error: 'This request was cancelled.', cancelled: true, endedAt: 0 };
    const row = (result: Result) => rowOf({ ...ACTIVE, result }, 0);
    assert.equal(row(cancelled).description, 'cancelled · 900 ms · claude-sonnet:latest');
    assert.equal(row(cancelled).icon, 'circle-slash');
    const disconnected = { ...cancelled, disconnected: true };
    assert.equal(row(disconnected).description, 'client disconnected · 900 ms · claude-sonnet:latest');
    assert.equal(row(disconnected).icon, 'debug-disconnect');
  });

  it('shows the requested name and the model that answers', () => {
    const names = { requestedModel: 'llama3.2', answeringModel: 'claude-sonnet-5-5' };
    assert.match(rowOf({ ...ACTIVE, ...names }, 13_999).description, /· llama3\.2 → claude-sonnet-5-5$/);
    const same = { requestedModel: 'claude-sonnet-5-5', answeringModel: 'claude-sonnet-5-5' };
    assert.match(rowOf({ ...ACTIVE, ...same }, 13_999).description, /· claude-sonnet-5-5$/);
  });

  it('says one token', () => {
    assert.match(rowOf(finished({ outputTokens: 1 }), 0).description, / · 1 token · /);
  });

  it('counts the calls that were denied', () => {
    const decisions = ['denied: Bash ls', 'allowed once: Edit a.ts', 'denied: Write b.ts'];
    assert.match(rowOf({ ...finished({}), decisions }, 0).description, / · 2 denied · /);
  });

  it('names the command that sent a request of this extension', () => {
    assert.equal(rowOf({ ...ACTIVE, client: 'claude-ollama-server/0.1.0' }, 0).label, 'Say Hello');
    assert.equal(rowOf({ ...ACTIVE, client: 'claude-ollama-server/diagnose' }, 0).label, 'Run Diagnostics');
  });

  it('shows what the request waits for, and can be answered only when it is the first', () => {
    const row = (label: string, pending: PermissionRequest[]) => {
      const entry = { ...ACTIVE, label };
      return rowOf(entry, 13_999, questionOf(entry, pending));
    };
    const pending = ['#7', '#8'].map((label) => ({ ...QUESTION, label }));
    assert.equal(
      row('#7', pending).description,
      'waiting for you: run npm test · 3 s · claude-sonnet:latest',
    );
    assert.deepEqual(
      ['#7', '#8', '#9'].map((label) => row(label, pending).contextValue),
      ['asking', 'live', 'live'],
    );
    assert.match(row('#8', pending).description, /^waiting for you/);
    assert.equal(questionOf({ ...finished({}), label: '#7' }, pending), undefined);
  });

  it('has a label for screen readers that includes the meaning of the icon', () => {
    assert.equal(
      rowOf(finished({}), 0).ariaLabel,
      'sample, answered, 2.3 s, claude-sonnet:latest, 140 tokens, 70 tokens/s, $0.0123',
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

describe('activityFilters', () => {
  it('offers the states and each client, and matches their requests', () => {
    const failed = finished({ error: 'overloaded' });
    const other = { ...finished({}), client: 'Continue/1.0' };
    const entries = [ACTIVE, failed, other, { ...other, client: '' }];
    const matches = Object.fromEntries(
      activityFilters(entries).map((filter) => [
        filter.label,
        entries.filter((entry) => filter.matches(entry)),
      ]),
    );
    assert.deepEqual(matches, {
      'active requests': [ACTIVE],
      'failed requests': [failed],
      'requests of Continue': [other],
      'requests of sample': [ACTIVE, failed],
    });
  });
});
