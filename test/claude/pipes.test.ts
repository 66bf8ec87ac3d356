/** What comes from the CLI when it is not expected: behind a result, and while this program stands still. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  answerActs,
  beginActs,
  event,
  requesting,
  stop,
  success,
  type Act,
  type FakeScript,
} from '../support/fakeCli.js';
import { HI, startFake, type FakeRig } from './fakeRig.js';
import { answerOf, assistant, never, request, user, type Answer } from '../support/cliRig.js';
import { until } from '../support/until.mjs';
import type { BackendLimits } from '../../src/claude/backend.js';

/** One piece of output, so that all of it is there at once. */
function atOnce(...messages: readonly object[]): Act {
  const lines = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  return { do: 'bytes', base64: Buffer.from(lines).toString('base64'), size: lines.length * 4 };
}

describe('output that the CLI writes', function () {
  this.timeout(60_000);
  let rig: FakeRig;

  before(function () {
    // The fake is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => rig.close());

  async function start(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<void> {
    rig = await startFake(script, limits);
  }

  function second(first: string): Promise<Answer> {
    const next = request([user('hi'), assistant(first), user('again')], { model: 'default' });
    return answerOf(rig.backend.chat(next, never()));
  }

  describe('behind a result is of the past', () => {
    const { user_message_uuid: _none, ...nameless } = success('two') as Record<string, unknown>;
    const failure = { ...nameless, is_error: true, subtype: 'error_during_execution' };
    const late = event({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'late' },
    });
    const behind: readonly (readonly [string, readonly object[]])[] = [
      ['another result', [nameless]],
      ['a failure', [failure]],
      ['words and a result', [late, nameless]],
      ['a thousand words', Array.from({ length: 1000 }, () => late)],
    ];
    for (const [what, messages] of behind) {
      it(`(${what}): the next question of that process gets its own answer`, async () => {
        const whole = [success('one'), ...messages];
        await start({
          acts: [
            ...beginActs('one'),
            { do: 'say', message: stop },
            atOnce(...whole),
            { do: 'mark', file: 'written' },
          ],
          later: answerActs('three'),
        });
        assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'one');
        await until('all is written', () => existsSync(join(rig.folder, 'written')));
        assert.equal((await second('one')).text, 'three');
        assert.equal(rig.pids().length, 1);
      });
    }

    it('also when it comes while the next question is on its way, where it names its own', async () => {
      const again = { ...success('one'), user_message_uuid: '@FIRST' };
      await start({
        acts: answerActs('one'),
        later: [{ do: 'say', message: again }, ...answerActs('three')],
      });
      assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'one');
      assert.equal((await second('one')).text, 'three');
      assert.equal(rig.pids().length, 1);
    });
  });

  it('is the answer where no deltas come, but whole messages only', async () => {
    const whole = (text: string): Act => ({
      do: 'say',
      message: {
        type: 'assistant',
        message: { id: 'msg_1', model: 'claude-fake-1', content: [{ type: 'text', text }] },
      },
    });
    await start({ acts: [whole('Hel'), whole('lo'), { do: 'say', message: success('Hello') }] });
    const answer = await answerOf(rig.backend.chat(HI, never()));
    assert.deepEqual([answer.text, answer.done.reason], ['Hello', 'stop']);
  });

  it('while this program stands still is read when it goes on, and is no silence', async () => {
    const bound = 400;
    await start(
      {
        acts: [
          { do: 'say', message: requesting },
          { do: 'await', file: 'go' },
          ...answerActs('all ', 'of ', 'it'),
          { do: 'mark', file: 'answered' },
        ],
      },
      { silenceMs: bound },
    );
    const listener = {
      asked() {
        // From now on nothing is read and no time is told.
        setImmediate(() => {
          rig.put('go');
          stand(3 * bound, () => existsSync(join(rig.folder, 'answered')));
        });
      },
      decided: () => undefined,
    };
    assert.equal((await answerOf(rig.backend.chat(HI, never(), listener))).text, 'all of it');
  });
});

/** Stands still for at least that long, and until it holds. */
function stand(milliseconds: number, holds: () => boolean): void {
  const end = performance.now() + milliseconds;
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (performance.now() < end || !holds()) Atomics.wait(never, 0, 0, 10);
}
