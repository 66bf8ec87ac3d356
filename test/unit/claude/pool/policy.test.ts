import assert from 'node:assert/strict';
import { chooseProcess, conversationValue, type Candidate } from '../../../../src/claude/pool/policy.js';

const CHAT = { lane: 'chat', room: true, ending: false, prewarm: true } as const;

function candidate(more: Partial<Candidate>): Candidate {
  return {
    lane: 'chat',
    state: 'idle',
    continues: false,
    shared: 0,
    fits: true,
    changes: 0,
    value: 0,
    ...more,
  };
}

const idle = (value: number): Candidate => candidate({ value });
const empty = (more: Partial<Candidate> = {}): Candidate => candidate({ state: 'empty', ...more });
const use = (chosen: Candidate): object => ({ kind: 'use', candidate: chosen });

describe('chooseProcess', () => {
  it('prefers the process whose conversation the request continues', () => {
    const continued = candidate({ continues: true, shared: 4 });
    assert.deepEqual(chooseProcess([empty(), candidate({ shared: 6 }), continued], CHAT), use(continued));
  });

  it('then rewinds the process that shares the most turns', () => {
    const most = candidate({ shared: 4 });
    assert.deepEqual(chooseProcess([empty(), candidate({ shared: 2 }), most], CHAT), use(most));
  });

  it('then takes the empty process that needs the fewest changes', () => {
    const same = empty({ changes: 0 });
    assert.deepEqual(chooseProcess([idle(0), empty({ changes: 2 }), same], CHAT), use(same));
  });

  it('then empties the process with the least valuable conversation, even if another process may be started', () => {
    const least = idle(1);
    assert.deepEqual(chooseProcess([idle(5), least, idle(3)], CHAT), use(least));
  });

  it('starts a process rather than giving up a conversation when prewarming is off', () => {
    assert.deepEqual(chooseProcess([idle(1)], { ...CHAT, prewarm: false }), { kind: 'start' });
    const full = { ...CHAT, prewarm: false, room: false };
    assert.deepEqual(chooseProcess([idle(1)], full), use(idle(1)));
  });

  it('waits for a process that is being emptied rather than starting one', () => {
    const emptying = candidate({ state: 'emptying' });
    assert.deepEqual(chooseProcess([emptying], CHAT), { kind: 'wait' });
  });

  it('starts a process when all are busy', () => {
    assert.deepEqual(chooseProcess([], CHAT), { kind: 'start' });
    assert.deepEqual(chooseProcess([candidate({ state: 'busy' })], CHAT), { kind: 'start' });
  });

  it('skips a process that cannot offer the tools of the request', () => {
    assert.deepEqual(chooseProcess([empty({ fits: false })], CHAT), { kind: 'start' });
  });

  it('ends a process of the other lane when there is no room, empty ones first', () => {
    const workspace = candidate({ lane: 'workspace', value: 7 });
    const full = { ...CHAT, lane: 'workspace', room: false } as const;
    assert.deepEqual(chooseProcess([idle(5), empty()], full), { kind: 'end', candidate: empty() });
    assert.deepEqual(chooseProcess([workspace], { ...CHAT, room: false }), {
      kind: 'end',
      candidate: workspace,
    });
  });

  it('does not end a second process while one is ending', () => {
    const workspace = candidate({ lane: 'workspace' });
    assert.deepEqual(chooseProcess([workspace], { ...CHAT, room: false, ending: true }), { kind: 'wait' });
  });

  it('chooses in the same way in the workspace lane', () => {
    const workspace = { ...CHAT, lane: 'workspace' } as const;
    const least = candidate({ lane: 'workspace', value: 1 });
    const shares = candidate({ lane: 'workspace', value: 3, shared: 2 });
    assert.deepEqual(chooseProcess([shares, least], workspace), use(shares));
    assert.deepEqual(
      chooseProcess([idle(0), candidate({ lane: 'workspace', value: 2 }), least], workspace),
      use(least),
    );
    const unfit = candidate({ lane: 'workspace', shared: 2, fits: false });
    assert.deepEqual(chooseProcess([unfit], workspace), { kind: 'start' });
  });
});

describe('conversationValue', () => {
  const MINUTE = 60_000;
  const conversation = { size: 4000, idleMs: 0, continuation: 0.5 };

  it('grows with the history and with the probability of a next turn', () => {
    const value = conversationValue(conversation, 'key');
    assert.ok(conversationValue({ ...conversation, size: 8000 }, 'key') > value);
    assert.ok(conversationValue({ ...conversation, continuation: 0.9 }, 'key') > value);
    assert.equal(conversationValue({ ...conversation, continuation: 0 }, 'key'), 0);
  });

  it('falls when the API no longer caches the prompt: after 5 minutes, with a plan after an hour', () => {
    const after = (minutes: number, payer: 'key' | 'plan'): number =>
      conversationValue({ ...conversation, idleMs: minutes * MINUTE }, payer);
    assert.ok(after(4, 'key') > 5 * after(6, 'key'));
    assert.equal(after(6, 'plan'), after(4, 'plan'));
    assert.ok(after(59, 'plan') > 5 * after(61, 'plan'));
  });
});
