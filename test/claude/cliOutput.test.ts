/** Output of the CLI at unexpected times: after a result, and while this program is blocked. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  answerSteps,
  beginSteps,
  event,
  requesting,
  messageEnd,
  success,
  type Step,
  type FakeScript,
} from '../support/fakeCli.js';
import { HI, startFake, type FakeRig } from './fakeRig.js';
import { answerOf, assistant, never, request, user, type Answer } from '../support/cliRig.js';
import { until } from '../support/until.mjs';
import type { BackendLimits } from '../../src/core/cliBackend.js';

/** Writes all messages in one piece. */
function atOnce(...messages: readonly object[]): Step {
  const lines = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  return { do: 'bytes', base64: Buffer.from(lines).toString('base64'), size: lines.length * 4 };
}

describe('output of the CLI', function () {
  this.timeout(60_000);
  let rig: FakeRig;

  before(function () {
    // The fake CLI is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(() => rig.close());

  async function start(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<void> {
    rig = await startFake(script, limits);
  }

  /** Sends the second turn of a conversation whose first answer was `first`. */
  function secondTurn(first: string): Promise<Answer> {
    const next = request([user('hi'), assistant(first), user('again')], { model: 'default' });
    return answerOf(rig.backend.chat(next, never()));
  }

  describe('after a result is ignored', () => {
    const { user_message_uuid: _omitted, ...withoutUuid } = success('two') as Record<string, unknown>;
    const failure = { ...withoutUuid, is_error: true, subtype: 'error_during_execution' };
    const lateText = event({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'late' },
    });
    const lateOutputs: readonly (readonly [string, readonly object[]])[] = [
      ['another result', [withoutUuid]],
      ['a failure', [failure]],
      ['text and a result', [lateText, withoutUuid]],
      ['a thousand pieces of text', Array.from({ length: 1000 }, () => lateText)],
    ];
    for (const [what, messages] of lateOutputs) {
      it(`(${what}), so that the next turn gets its own answer`, async () => {
        const output = [success('one'), ...messages];
        await start({
          steps: [
            ...beginSteps('one'),
            { do: 'send', message: messageEnd },
            atOnce(...output),
            { do: 'createFile', file: 'written' },
          ],
          laterSteps: answerSteps('three'),
        });
        assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'one');
        await until('everything is written', () => existsSync(join(rig.folder, 'written')));
        assert.equal((await secondTurn('one')).text, 'three');
        assert.equal(rig.pids().length, 1);
      });
    }

    it('(the same result again), even if it arrives during the next turn', async () => {
      const again = { ...success('one'), user_message_uuid: '@FIRST' };
      await start({
        steps: answerSteps('one'),
        laterSteps: [{ do: 'send', message: again }, ...answerSteps('three')],
      });
      assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'one');
      assert.equal((await secondTurn('one')).text, 'three');
      assert.equal(rig.pids().length, 1);
    });
  });

  it('is the answer even if it consists of whole messages without deltas', async () => {
    const wholeMessage = (text: string): Step => ({
      do: 'send',
      message: {
        type: 'assistant',
        message: { id: 'msg_1', model: 'claude-fake-1', content: [{ type: 'text', text }] },
      },
    });
    await start({
      steps: [wholeMessage('Hel'), wholeMessage('lo'), { do: 'send', message: success('Hello') }],
    });
    const answer = await answerOf(rig.backend.chat(HI, never()));
    assert.deepEqual([answer.text, answer.done.reason], ['Hello', 'stop']);
  });

  it('is read after this program was blocked, without a timeout for silence', async () => {
    const silenceMs = 400;
    await start(
      {
        steps: [
          { do: 'send', message: requesting },
          { do: 'waitForFile', file: 'go' },
          ...answerSteps('all ', 'of ', 'it'),
          { do: 'createFile', file: 'answered' },
        ],
      },
      { silenceMs },
    );
    const listener = {
      requestSent() {
        // While this program is blocked, it reads no output and runs no timers.
        setImmediate(() => {
          rig.createFile('go');
          block(3 * silenceMs, () => existsSync(join(rig.folder, 'answered')));
        });
      },
      retrying: () => undefined,
      answering: () => undefined,
      permissionDecided: () => undefined,
    };
    assert.equal((await answerOf(rig.backend.chat(HI, never(), listener))).text, 'all of it');
  });
});

/** Blocks this program for at least that long, and until the condition holds. */
function block(milliseconds: number, holds: () => boolean): void {
  const end = performance.now() + milliseconds;
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (performance.now() < end || !holds()) Atomics.wait(never, 0, 0, 10);
}
