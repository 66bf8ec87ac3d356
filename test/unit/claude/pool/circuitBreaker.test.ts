import assert from 'node:assert/strict';
import { CircuitBreaker } from '../../../../src/claude/pool/circuitBreaker.js';
import { ChatError } from '../../../../src/core/errors.js';

const DEATH = new ChatError('cliFailed', 'The Claude CLI ended with code 3.');

describe('the breaker', () => {
  let now: number;
  let breaker: CircuitBreaker;
  beforeEach(() => {
    now = 1000;
    breaker = new CircuitBreaker(() => now, { deaths: 3, withinMs: 60_000, restMs: 10_000 });
  });

  function die(times: number): void {
    for (let i = 0; i < times; i++) breaker.died(DEATH);
  }

  it('lets through as long as the CLI has not died too often', () => {
    die(2);
    breaker.pass();
  });

  it('refuses after too many deaths, and says why, for how long and what to do', () => {
    die(3);
    now += 2500;
    assert.throws(() => breaker.pass(), {
      kind: 'cliFailed',
      retryAfterSeconds: 8,
      message:
        'The Claude CLI has failed 3 times in a row and is left alone for 8 seconds. The last time: ' +
        'The Claude CLI ended with code 3. Run "claude" in a terminal to see whether it works there; ' +
        '"claude update" may mend it.',
    });
  });

  it('lets try again after the rest, and rests again at the next death', () => {
    die(3);
    now += 10_000;
    breaker.pass();
    breaker.pass();
    die(1);
    assert.throws(() => breaker.pass(), { kind: 'cliFailed', retryAfterSeconds: 10 });
  });

  it('forgets all deaths at an answer', () => {
    die(2);
    breaker.answered();
    die(2);
    breaker.pass();
    die(1);
    breaker.answered();
    breaker.pass();
  });

  it('forgets deaths of long ago', () => {
    die(2);
    now += 60_000;
    die(2);
    breaker.pass();
  });

  it('counts only deaths: a machine without room for processes is not the CLI’s doing', () => {
    for (const kind of ['overloaded', 'cliMissing', 'cliTooOld'] as const) {
      for (let i = 0; i < 5; i++) breaker.died(new ChatError(kind, 'x'));
    }
    breaker.pass();
  });
});
