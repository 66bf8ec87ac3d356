import assert from 'node:assert/strict';
import {
  handoverIntent,
  startIntent,
  stopIntent,
  type Intent,
  type RunKind,
} from '../../../../src/vscode/lifecycle/intent.js';

const stop: Intent = { kind: 'stop' };
const pending = (kind: RunKind) => ({ kind, attempt: new AbortController() });

describe('stopIntent', () => {
  it('replaces every other intent and aborts the attempt in progress', () => {
    for (const kind of ['run', 'restart', 'takeOver', 'cede'] as const) {
      const intent = pending(kind);
      assert.deepEqual(stopIntent(intent), stop);
      assert.ok(intent.attempt.signal.aborted, kind);
    }
    assert.deepEqual(stopIntent(stop), stop);
  });
});

describe('startIntent', () => {
  it('replaces a stop, with an attempt that is not aborted', () => {
    for (const kind of ['run', 'restart'] as const) {
      const intent = startIntent(stop, kind);
      assert.equal(intent.kind, kind);
      assert.ok(!intent.attempt.signal.aborted);
    }
  });

  it('turns a start into a restart, but not the reverse', () => {
    assert.equal(startIntent(pending('run'), 'restart').kind, 'restart');
    assert.equal(startIntent(pending('restart'), 'run').kind, 'restart');
  });

  it('keeps an agreed handover', () => {
    for (const kind of ['takeOver', 'cede'] as const) {
      const intent = pending(kind);
      assert.equal(startIntent(intent, 'run'), intent);
      assert.equal(startIntent(intent, 'restart'), intent);
    }
  });
});

describe('handoverIntent', () => {
  it('replaces a start or restart without aborting the attempt in progress', () => {
    for (const before of ['run', 'restart'] as const) {
      for (const kind of ['takeOver', 'cede'] as const) {
        const intent = pending(before);
        assert.deepEqual(handoverIntent(intent, kind), { kind, attempt: intent.attempt });
        assert.ok(!intent.attempt.signal.aborted);
      }
    }
  });

  it('does not start a controller that is to stop', () => {
    assert.equal(handoverIntent(stop, 'takeOver'), stop);
    assert.equal(handoverIntent(stop, 'cede'), stop);
  });
});
