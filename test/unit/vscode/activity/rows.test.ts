import assert from 'node:assert/strict';
import type { HistoryEntry, Result } from '../../../../src/vscode/activity/history.js';
import { copyText, detailsOf, dollars, duration, rowOf } from '../../../../src/vscode/activity/rows.js';

const LIVE: HistoryEntry = {
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
const over = (result: Partial<Result>): HistoryEntry => ({ ...LIVE, result: { ...RESULT, ...result } });

describe('a row of the Activity view', () => {
  it('says what a request at work is doing, and since when', () => {
    const rows = (['waiting', 'sent', 'thinking', 'answering'] as const).map(
      (phase) => rowOf({ ...LIVE, phase }, 13_999).description,
    );
    assert.deepEqual(rows, [
      'claude-sonnet:latest · waiting for a process · 3 s',
      'claude-sonnet:latest · waiting for Claude · 3 s',
      'claude-sonnet:latest · thinking · 3 s',
      'claude-sonnet:latest · answering · 3 s',
    ]);
  });

  it('has a line for each thing that Claude was allowed or denied', () => {
    const decisions = ['allowed once: Edit src/a.ts', 'denied: Bash `rm -r .`'];
    const lines = detailsOf({ ...LIVE, decisions }).filter(({ name }) => name === 'Permission');
    assert.deepEqual(
      lines.map(({ value }) => value),
      decisions,
    );
  });

  it('says time, tokens, speed and cost of an answer', () => {
    const { label, description, icon } = rowOf(over({}), 0);
    assert.equal(label, 'sample/1.0');
    assert.equal(description, 'claude-sonnet:latest · 2.3 s · 140 tokens · 70 tokens/s · $0.0123');
    assert.equal(icon, 'pass');
  });

  it('begins with the error of a request that failed', () => {
    const { description, icon } = rowOf(
      { ...LIVE, result: { totalMs: 3, error: 'no such model', cancelled: false, endedAt: 0 } },
      0,
    );
    assert.equal(description, 'claude-sonnet:latest · no such model · 3 ms');
    assert.equal(icon, 'error');
  });

  it('says that a request was cancelled', () => {
    const result = { totalMs: 900, error: 'The client went away.', cancelled: true, endedAt: 0 };
    const { description, icon } = rowOf({ ...LIVE, result }, 0);
    assert.equal(description, 'claude-sonnet:latest · cancelled · 900 ms');
    assert.equal(icon, 'circle-slash');
  });

  it('is read out in words, with what the icon says', () => {
    assert.equal(
      rowOf(over({}), 0).spoken,
      'sample/1.0, claude-sonnet:latest, answered, 2.3 s, 140 tokens, 70 tokens/s, $0.0123',
    );
  });

  it('names a client that has no name by its request', () => {
    assert.equal(rowOf({ ...LIVE, client: '' }, 0).label, 'request #7');
  });

  it('can be cancelled only while it is at work', () => {
    assert.deepEqual([rowOf(LIVE, 0).context, rowOf(over({}), 0).context], ['live', 'over']);
  });

  it('tells no speed of an answer that came all at once', () => {
    assert.doesNotMatch(rowOf(over({ outputMs: 0 }), 0).description, /tokens\/s/);
  });
});

describe('the details of a request', () => {
  it('have a line for everything that is known, and none for what is not', () => {
    assert.deepEqual(
      detailsOf(over({})).map(({ name }) => name),
      [
        'State',
        'Client',
        'Model',
        'Lane',
        'Started',
        'First token after',
        'Total time',
        'Speed',
        'Tokens in',
        'Tokens out',
        'Cost',
        'In the log as',
      ],
    );
    assert.deepEqual(
      detailsOf(LIVE).map(({ name }) => name),
      ['State', 'Client', 'Model', 'Lane', 'Started', 'In the log as'],
    );
  });

  it('begin with the error', () => {
    assert.deepEqual(detailsOf(over({ error: 'overloaded' }))[0], { name: 'Error', value: 'overloaded' });
  });

  it('are copied as lines of text', () => {
    assert.match(copyText(over({})), /^State: answered\nClient: sample\/1\.0\n.*Tokens in: 12,000\n/s);
  });
});

describe('figures', () => {
  it('have as many places as there is to see', () => {
    assert.deepEqual([0.4, 999, 1_000, 9_940, 10_400].map(duration), [
      '0 ms',
      '999 ms',
      '1.0 s',
      '9.9 s',
      '10 s',
    ]);
    assert.deepEqual([0, 0.00002, 0.00012, 0.0999, 0.1, 12].map(dollars), [
      '$0.0000',
      '<$0.0001',
      '$0.0001',
      '$0.0999',
      '$0.10',
      '$12.00',
    ]);
  });
});
