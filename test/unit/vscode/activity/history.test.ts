import assert from 'node:assert/strict';
import type { ChatOutcome, RunningChat } from '../../../../src/core/chatObserver.js';
import type { RequestRecord } from '../../../../src/server/server.js';
import { createHistory } from '../../../../src/vscode/activity/history.js';

const CHAT: RunningChat = {
  label: '#7',
  client: 'sample/1.0',
  model: 'claude-sonnet:latest',
  lane: 'chat',
  startedAt: 1_000,
  cancel: () => undefined,
};
const ANSWERED: ChatOutcome = {
  totalMs: 1_200,
  firstTokenMs: 80,
  outputMs: 1_000,
  promptTokens: 12,
  outputTokens: 34,
  costUsd: 0.01,
  cancelled: false,
};
const FAILED_REQUEST: RequestRecord = {
  id: 3,
  requestId: 'req_3',
  method: 'POST',
  route: '/api/chat',
  client: 'sample/1.0',
  status: 404,
  startedAt: 1_000,
  totalMs: 2,
  chat: false,
  error: "model 'x' not found",
};

describe('createHistory', () => {
  it('follows a chat from its start to its end', () => {
    const history = createHistory(() => 2_200);
    const watcher = history.watch(CHAT);
    assert.deepEqual([history.entries[0]?.phase, history.entries[0]?.result], ['waiting', undefined]);
    watcher.phase('sent');
    watcher.phase('answering');
    assert.equal(history.entries[0]?.phase, 'answering');
    watcher.end(ANSWERED);
    assert.deepEqual(history.entries[0]?.result, { ...ANSWERED, endedAt: 2_200 });
  });

  it('keeps the first fifty permission decisions of a chat', () => {
    const history = createHistory();
    let changes = 0;
    const watcher = history.watch(CHAT);
    history.subscribe(() => (changes += 1));
    for (let number = 1; number <= 60; number += 1) watcher.permissionDecided(`denied: Bash ${number}`);
    const { decisions = [] } = history.entries[0] ?? {};
    assert.deepEqual(
      [decisions.length, decisions[0], decisions.at(-1)],
      [50, 'denied: Bash 1', 'denied: Bash 50'],
    );
    assert.equal(changes, 50);
  });

  it('calls each listener once per change, until it is unsubscribed', () => {
    const history = createHistory();
    let changes = 0;
    const unsubscribe = history.subscribe(() => (changes += 1));
    const watcher = history.watch(CHAT);
    watcher.phase('answering');
    watcher.phase('answering');
    watcher.end(ANSWERED);
    assert.equal(changes, 3);
    unsubscribe();
    history.watch(CHAT);
    assert.equal(changes, 3);
  });

  it('lists the latest request first', () => {
    const history = createHistory();
    history.watch({ ...CHAT, label: '#1' });
    history.watch({ ...CHAT, label: '#2' });
    assert.deepEqual(
      history.entries.map(({ label }) => label),
      ['#2', '#1'],
    );
  });

  it('keeps the last hundred finished chats, and all active ones', () => {
    const history = createHistory();
    const oldest = history.watch({ ...CHAT, label: '#0' });
    for (let id = 1; id <= 150; id += 1) history.watch({ ...CHAT, label: `#${id}` }).end(ANSWERED);
    assert.equal(history.entries.length, 102);
    assert.equal(history.entries.at(-1)?.label, '#0');
    oldest.end(ANSWERED);
    assert.equal(history.totals.requests, 151);
  });

  it('records requests that failed before they became a chat, without displacing chats', () => {
    const history = createHistory();
    history.watch(CHAT).end(ANSWERED);
    for (let id = 1; id <= 150; id += 1) history.recordFailedRequest({ ...FAILED_REQUEST, id });
    assert.deepEqual(
      history.entries.map(({ subject }) => subject),
      [...Array<string>(20).fill('POST /api/chat'), 'claude-sonnet:latest'],
    );
  });

  it('does not record successes, chats, or requests whose client disconnected', () => {
    const history = createHistory();
    const { error: _error, ...success } = FAILED_REQUEST;
    history.recordFailedRequest({ ...success, status: 200 });
    history.recordFailedRequest({ ...FAILED_REQUEST, chat: true });
    history.recordFailedRequest({ ...FAILED_REQUEST, status: 499 });
    assert.deepEqual(history.entries, []);
  });

  it('cancels only the given request', () => {
    const history = createHistory();
    const cancelled: string[] = [];
    for (const label of ['#1', '#2', '#3']) {
      history.watch({ ...CHAT, label, cancel: () => cancelled.push(label) });
    }
    history.cancel(history.entries[1]!.key);
    assert.deepEqual(cancelled, ['#2']);
  });

  it('does not cancel a finished request', () => {
    const history = createHistory();
    let cancelled = 0;
    history.watch({ ...CHAT, cancel: () => (cancelled += 1) }).end(ANSWERED);
    history.cancel(history.entries[0]!.key);
    assert.equal(cancelled, 0);
  });

  it('adds up tokens, costs and failures, and does not count cancelled requests as failures', () => {
    const history = createHistory(() => 5_000);
    history.watch(CHAT).end(ANSWERED);
    history.watch(CHAT).end(ANSWERED);
    history.watch(CHAT).end({ totalMs: 1, cancelled: true, error: 'The client disconnected.' });
    history.watch(CHAT).end({ totalMs: 1, cancelled: false, error: 'overloaded' });
    assert.deepEqual(history.totals, {
      requests: 4,
      failed: 1,
      promptTokens: 24,
      outputTokens: 68,
      costUsd: 0.02,
      lastError: { message: 'overloaded', client: 'sample/1.0', at: 5_000 },
      failing: true,
    });
    history.watch(CHAT).end(ANSWERED);
    assert.equal(history.totals.failing, false);
  });

  it('has no cost until the CLI has reported one', () => {
    const history = createHistory();
    history.watch(CHAT).end({ totalMs: 1, cancelled: false });
    assert.equal(history.totals.costUsd, undefined);
  });

  it('removes finished requests on clear, and keeps the totals', () => {
    const history = createHistory();
    history.watch({ ...CHAT, label: '#1' });
    history.watch({ ...CHAT, label: '#2' }).end(ANSWERED);
    history.clear();
    assert.deepEqual(
      history.entries.map(({ label }) => label),
      ['#1'],
    );
    assert.equal(history.totals.requests, 1);
  });
});
