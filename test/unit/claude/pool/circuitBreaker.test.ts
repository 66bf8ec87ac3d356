import assert from 'node:assert/strict';
import { CircuitBreaker } from '../../../../src/claude/pool/circuitBreaker.js';
import { ChatError } from '../../../../src/core/errors.js';

const CRASH = new ChatError('cliFailed', 'The Claude CLI ended with code 3.');

describe('CircuitBreaker', () => {
  let now: number;
  let breaker: CircuitBreaker;
  beforeEach(() => {
    now = 1000;
    breaker = new CircuitBreaker(() => now, { crashes: 3, withinMs: 60_000, pauseMs: 10_000 });
  });

  function crash(times: number): void {
    for (let i = 0; i < times; i++) breaker.recordFailure(CRASH);
  }

  it('allows starts until there are too many crashes', () => {
    crash(2);
    breaker.check();
  });

  it('refuses starts after too many crashes, with the reason, the pause and what to do', () => {
    crash(3);
    now += 2500;
    assert.throws(() => breaker.check(), {
      kind: 'cliFailed',
      retryAfterSeconds: 8,
      message:
        'The Claude CLI has failed 3 times in a row and is not started again for 8 seconds. The last error: ' +
        'The Claude CLI ended with code 3. Run "claude" in a terminal to see whether it works there; ' +
        '"claude update" may fix it.',
    });
  });

  it('allows starts again after the pause, and refuses them again after the next crash', () => {
    crash(3);
    now += 10_000;
    breaker.check();
    breaker.check();
    crash(1);
    assert.throws(() => breaker.check(), { kind: 'cliFailed', retryAfterSeconds: 10 });
  });

  it('forgets all crashes when a process answers', () => {
    crash(2);
    breaker.recordAnswer();
    crash(2);
    breaker.check();
    crash(1);
    breaker.recordAnswer();
    breaker.check();
  });

  it('forgets old crashes', () => {
    crash(2);
    now += 60_000;
    crash(2);
    breaker.check();
  });

  it('ignores failures that are not the CLI’s fault', () => {
    for (const kind of ['overloaded', 'cliMissing', 'cliTooOld'] as const) {
      for (let i = 0; i < 5; i++) breaker.recordFailure(new ChatError(kind, 'x'));
    }
    breaker.check();
  });
});
