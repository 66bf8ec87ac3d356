/** Every CLI process ends with everything it started: after a crash, when it is silent, and when it ignores SIGTERM. */
import assert from 'node:assert/strict';
import { answerSteps, beginSteps, requesting, type Step, type FakeScript } from '../support/fakeCli.js';
import { HI, startFake, type FakeRig } from './fakeRig.js';
import { answerOf, never, request, user } from '../support/cliRig.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.mjs';
import type { BackendLimits } from '../../src/core/cliBackend.js';

const GRANDCHILD: Step = { do: 'grandchild' };
const HANG: Step = { do: 'hang' };
/** The last message before it falls silent. */
const REQUESTING: Step = { do: 'send', message: requesting };

describe('a CLI process', function () {
  this.timeout(60_000);
  let rig: FakeRig;
  const otherRigs: FakeRig[] = [];

  before(function () {
    // The fake is a script with `#!`.
    if (process.platform === 'win32') this.skip();
  });
  afterEach(async () => {
    for (const each of [rig, ...otherRigs.splice(0)]) await each.close();
  });

  async function start(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<void> {
    rig = await startFake(script, limits);
  }

  const allPids = (): number[] => [...rig.pids(), ...rig.grandchildren()];
  const allExited = (): Promise<boolean> => until('all have exited', () => !allPids().some(isAlive));

  describe('that exits unexpectedly', () => {
    const deaths: readonly Step[] = [
      { do: 'exit', code: 1 },
      { do: 'exit', code: 0 },
      { do: 'kill', signal: 'SIGSEGV' },
      { do: 'kill', signal: 'SIGKILL' },
    ];
    for (const death of deaths) {
      const how = death.do === 'exit' ? `code ${death.code}` : death.do === 'kill' ? death.signal : '';
      it(`(${how}) has its descendants ended, in whatever session they run`, async () => {
        await start({ steps: [GRANDCHILD, GRANDCHILD, ...beginSteps('a'), death] });
        await rig.fails('cliFailed', /before the answer was complete/);
        assert.equal(rig.grandchildren().length, 2);
        await allExited();
        assert.match(rig.log.join('\n'), /^warn \[cli\] pid=\d+,\d+ outlived the CLI that started it/m);
      });
    }

    it('has its descendants ended between two turns, too', async () => {
      await start({
        steps: [GRANDCHILD, ...answerSteps('a'), { do: 'waitForFile', file: 'go' }, { do: 'exit', code: 3 }],
      });
      assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'a');
      assert.deepEqual(allPids().filter(isAlive), allPids());
      rig.createFile('go');
      await allExited();
    });

    it('has its descendants ended before close() resolves', async () => {
      await start({ steps: [GRANDCHILD, ...beginSteps('a'), { do: 'exit', code: 3 }] });
      await rig.fails('cliFailed', /exited with code 3/);
      await rig.backend.close();
      await allExited();
    });

    it('does not affect what other CLI processes have started', async () => {
      await start({ steps: [GRANDCHILD, ...beginSteps('a'), { do: 'exit', code: 3 }] });
      const other = await startFake({
        steps: [
          GRANDCHILD,
          ...beginSteps('b'),
          { do: 'waitForFile', file: 'go' },
          ...answerSteps('b').slice(-2),
        ],
      });
      otherRigs.push(other);
      const events = other.backend.chat(HI, never())[Symbol.asyncIterator]();
      await events.next();
      await rig.fails('cliFailed', /exited with code 3/);
      await allExited();
      assert.equal(other.grandchildren().length, 1);
      assert.ok(other.grandchildren().every(isAlive));
      other.createFile('go');
      assert.equal((await answerOf({ [Symbol.asyncIterator]: () => events })).text, 'b');
    });
  });

  it('that is told to end ends its own descendants, without a search for orphans', async () => {
    await start({ steps: [GRANDCHILD, ...answerSteps('a')] });
    await answerOf(rig.backend.chat(HI, never()));
    await rig.backend.close();
    await allExited();
    assert.doesNotMatch(rig.log.join('\n'), /outlived/);
  });

  describe('that is silent is ended', () => {
    const scripts: readonly (readonly [string, FakeScript])[] = [
      ['by SIGTERM', { steps: [REQUESTING, HANG] }],
      ['by SIGTERM, with its descendants', { steps: [GRANDCHILD, REQUESTING, HANG] }],
      ['by SIGKILL if it ignores SIGTERM', { ignoreTerm: true, steps: [REQUESTING, HANG] }],
      ['by SIGKILL, with its descendants', { ignoreTerm: true, steps: [GRANDCHILD, REQUESTING, HANG] }],
      ['by SIGKILL during an answer', { ignoreTerm: true, steps: [GRANDCHILD, ...beginSteps('a'), HANG] }],
    ];
    for (const [how, script] of scripts) {
      it(how, async () => {
        await start(script, { silenceMs: 200 });
        await rig.fails('timeout', /was silent/);
        assert.equal(rig.pids().length, 1);
        await rig.backend.close();
        await allExited();
        const lines = rig.log
          .filter((line) => /did not exit within|ended code=/.test(line))
          .map((line) => line.replace(/pid=\d+ /, '').replace(/code=(143|0) /, 'code=its-own '));
        const killed = 'warn [cli] did not exit within 1800 ms: killing it';
        assert.deepEqual(
          lines,
          script.ignoreTerm === true
            ? [killed, 'debug [cli] ended code=null signal=SIGKILL']
            : ['debug [cli] ended code=its-own signal=null'],
        );
      });
    }
  });

  describe('that closes its output but keeps running', () => {
    it('is ended long before the timeout for silence', async () => {
      await start({ steps: [...beginSteps('a'), { do: 'closeStdout' }, HANG] });
      await rig.fails('cliFailed', /before the answer was complete: it closed its output but kept running/);
      await allExited();
    });

    it('is ended by the timeout for silence if a descendant keeps the pipe open', async () => {
      await start(
        { steps: [GRANDCHILD, ...beginSteps('a'), { do: 'closeStdout' }, HANG] },
        { silenceMs: 200 },
      );
      await rig.fails('timeout', /was silent/);
      await allExited();
    });
  });

  it('that closes its input is ended, even while a large prompt is being written', async () => {
    await start({ closesStdin: true });
    const big = request([user('x'.repeat(5_000_000))], { model: 'default' });
    await assert.rejects(answerOf(rig.backend.chat(big, never())), {
      kind: 'cliFailed',
      message: /it closed its input but kept running/,
    });
    assert.equal(rig.pids().length, 1);
    await allExited();
  });

  it('has its invalid lines counted in the log, without their text', async () => {
    const junk =
      '\n\r\n\u001b[31mwarning\u001b[0m secret\n{"type":"future","x":1}\n{"type":"result"\n[]\n7\n{"a":1}\n';
    const bytes: Step = { do: 'bytes', base64: Buffer.from(junk).toString('base64'), size: 7 };
    await start({ steps: [bytes, ...answerSteps('still')] });
    assert.equal((await answerOf(rig.backend.chat(HI, never()))).text, 'still');
    await rig.backend.close();
    const lines = rig.log.filter((line) => /not messages/.test(line));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^debug \[cli\] pid=\d+ wrote 5 lines that are not messages$/);
    assert.doesNotMatch(rig.log.join('\n'), /secret/);
  });
});
